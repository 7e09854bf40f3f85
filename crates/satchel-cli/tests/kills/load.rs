//! The program at work with edits coming in, and its end.

use std::{
    collections::VecDeque,
    io::{BufRead as _, BufReader, Write as _},
    process::{Child, Output, Stdio},
    sync::mpsc::{self, Receiver, RecvTimeoutError},
    thread,
    time::{Duration, Instant},
};

use serde_json::json;

use crate::{
    dice::Dice,
    journal::{Edit, Journal},
    terminal::{Ended, Terminal},
};

/// Edits that are asked for before the answer to the first is awaited.
const AHEAD: usize = 4;
/// In one life. Most of them are played back by the time of the kill, or under way.
const EDITS: usize = 12;
/// A start takes this long on a busy machine; kills during it are spread over half of it.
const STARTS_WITHIN: Duration = Duration::from_secs(60);

/// When the program is killed.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Kill {
    /// So long after it was started, while it opens the profile.
    Starting(Duration),
    /// So long after it answered the first edit.
    Working(Duration),
    /// The same, in the moment in which another one is started on the profile.
    Succeeded(Duration),
}

impl Kill {
    /// One in three strikes a start, one in six a program that has a rival.
    pub(crate) fn thrown(dice: &mut Dice) -> Self {
        match dice.below(6) {
            0 | 1 => Self::Starting(Duration::from_millis(dice.below(250))),
            2 => Self::Succeeded(Duration::from_millis(dice.below(400))),
            _ => Self::Working(Duration::from_millis(dice.below(400))),
        }
    }

    pub(crate) fn has_rival(self) -> bool {
        matches!(self, Self::Succeeded(_))
    }
}

/// Starts the program, feeds it edits, writes down what it says, kills it, and writes down what it had said by then.
pub(crate) fn until_killed(terminal: &Terminal, kill: Kill, dice: &mut Dice, journal: &mut Journal) {
    let begun = Instant::now();
    let mut command = terminal.command(&["records", "set", "--from-stdin", "--sync"]);
    let mut child = command.stdin(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let mut input = child.stdin.take().unwrap();
    let lines = lines_of(&mut child);
    let mut asked = VecDeque::new();
    let mut deadline = match kill {
        Kill::Starting(after) => begun + after,
        Kill::Working(_) | Kill::Succeeded(_) => begun + STARTS_WITHIN,
    };
    let mut has_answered = false;
    let mut edits = 0;
    loop {
        while asked.len() < AHEAD && edits < EDITS {
            edits += 1;
            let edit = journal.next_edit(dice);
            // It fails when the program ended by itself, which the missing answer shows.
            let _ = writeln!(input, "{}", json!(edit.words()));
            asked.push_back(edit);
        }
        match lines.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
            Ok(line) => {
                take_down(&line, &mut asked, journal);
                if let (Kill::Working(after) | Kill::Succeeded(after), false) = (kill, has_answered) {
                    deadline = Instant::now() + after;
                }
                has_answered = true;
            }
            Err(RecvTimeoutError::Timeout) => break,
            Err(RecvTimeoutError::Disconnected) => panic!("the program ended by itself: {:?}", child.wait()),
        }
    }
    assert!(has_answered || matches!(kill, Kill::Starting(_)), "no edit was answered within {STARTS_WITHIN:?}");
    let rival = kill.has_rival().then(|| terminal.command(&["outbox"]).spawn().unwrap());
    child.kill().unwrap();
    child.wait().unwrap();
    if let Some(rival) = rival {
        let ended = ended(rival.wait_with_output().unwrap());
        let waited_its_turn = ended.code == 0 || (ended.code == 3 && ended.err.contains("already open"));
        assert!(waited_its_turn, "{ended:?}");
    }
    // What it had said before it died is promised, whenever we read it.
    while let Ok(line) = lines.recv() {
        take_down(&line, &mut asked, journal);
    }
    if let Some(edit) = asked.front() {
        journal.leave_open(edit);
    }
}

fn take_down(line: &str, asked: &mut VecDeque<Edit>, journal: &mut Journal) {
    let edit = asked.pop_front().unwrap_or_else(|| panic!("an answer to nothing: {line}"));
    let words: Vec<_> = line.split_whitespace().collect();
    match words.as_slice() {
        ["saved", _, table, id] if *table == edit.table => journal.acknowledge(&edit, id),
        _ => panic!("{edit:?} was answered with {line:?}"),
    }
}

/// The whole lines that it prints, until its output ends. A line torn by the kill was not said.
fn lines_of(child: &mut Child) -> Receiver<String> {
    let mut output = BufReader::new(child.stdout.take().unwrap());
    let (say, said) = mpsc::channel();
    thread::spawn(move || {
        let mut line = String::new();
        while output.read_line(&mut line).is_ok_and(|read| read > 0) {
            if line.ends_with('\n') && say.send(line.trim_end().to_owned()).is_err() {
                return;
            }
            line.clear();
        }
    });
    said
}

/// Starts two processes at once, each with an edit of its own to save; an owner keeps the profile until its input ends.
/// Waits until one of them ends by itself, and then lets the other end.
pub(crate) fn start_two(terminal: &Terminal, edits: [[String; 3]; 2]) -> Ends {
    let (say, said) = mpsc::channel();
    let start = |edit: &[String; 3]| {
        let mut command = terminal.command(&["records", "set", "--from-stdin"]);
        let mut child = command.stdin(Stdio::piped()).spawn().unwrap();
        let mut input = child.stdin.take().unwrap();
        // The loser does not read.
        let _ = writeln!(input, "{}", json!(edit));
        (child, input)
    };
    let [(one, input_of_one), (two, input_of_two)] = edits.each_ref().map(start);
    let mut inputs = [Some(input_of_one), Some(input_of_two)];
    for (index, child) in [one, two].into_iter().enumerate() {
        let say = say.clone();
        thread::spawn(move || say.send((index, ended(child.wait_with_output().unwrap()))));
    }
    let (index, loser) = said.recv_timeout(STARTS_WITHIN).expect("two processes work on one profile");
    drop(inputs[1 - index].take());
    let (_, winner) = said.recv_timeout(STARTS_WITHIN).expect("the owner does not end with its input");
    Ends { winner, loser }
}

#[derive(Debug)]
pub(crate) struct Ends {
    pub winner: Ended,
    pub loser: Ended,
}

fn ended(output: Output) -> Ended {
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    Ended { code: output.status.code().unwrap_or(-1), out: text(output.stdout), err: text(output.stderr) }
}
