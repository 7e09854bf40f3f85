//! What the program promised, written down outside it before it is killed.

use std::{
    collections::{BTreeMap, VecDeque},
    fs::File,
    io::Write as _,
    path::Path,
};

use crate::dice::Dice;

/// Younger records are edited; older ones are only looked at in the end.
const EDITED: usize = 24;

/// An edit as it was asked for.
#[derive(Clone, Debug)]
pub(crate) struct Edit {
    pub table: &'static str,
    /// None makes a record.
    pub id: Option<String>,
    pub values: Vec<(&'static str, String)>,
}

impl Edit {
    pub(crate) fn words(&self) -> Vec<String> {
        let id = self.id.clone().unwrap_or_else(|| "new".to_owned());
        let values = self.values.iter().map(|(column, value)| format!("{column}={value}"));
        [self.table.to_owned(), id].into_iter().chain(values).collect()
    }
}

/// What a column of a record may hold.
#[derive(Clone, Debug)]
pub(crate) struct Promise {
    pub value: String,
    /// A later value whose line was never read: the kill may have come before its commit or after.
    pub or: Option<String>,
    /// Whether CRM was seen to have it; then it is looked at again in the end only.
    pub is_seen: bool,
}

#[derive(Debug)]
pub(crate) struct Known {
    pub table: &'static str,
    pub columns: BTreeMap<&'static str, Promise>,
}

#[derive(Debug)]
pub(crate) struct Journal {
    file: File,
    seed: u64,
    number: u64,
    pub acknowledged: u64,
    /// Values whose commit the program did not live to tell of.
    pub unread: u64,
    /// Every record of an acknowledged creation, by its id.
    pub records: BTreeMap<String, Known>,
    /// The names of records whose creation was asked for and never answered: none or one of each may be there.
    pub perhaps: Vec<(&'static str, String)>,
    young: VecDeque<(&'static str, String)>,
}

impl Journal {
    pub(crate) fn in_folder(folder: &Path, seed: u64) -> Self {
        Self {
            file: File::create(folder.join("acknowledged.txt")).unwrap(),
            seed,
            number: 0,
            acknowledged: 0,
            unread: 0,
            records: BTreeMap::new(),
            perhaps: Vec::new(),
            young: VecDeque::new(),
        }
    }

    /// What every name of this campaign begins with.
    pub(crate) fn mark(&self) -> String {
        format!("Kill {} ", self.seed)
    }

    /// The next edit: one in four makes a record, every value is used once.
    pub(crate) fn next_edit(&mut self, dice: &mut Dice) -> Edit {
        self.number += 1;
        let value = format!("{}{:06}", self.mark(), self.number);
        if self.young.is_empty() || dice.below(4) == 0 {
            return self.creation(dice, value);
        }
        let index = usize::try_from(dice.below(self.young.len() as u64)).unwrap();
        let (table, id) = self.young[index].clone();
        let columns: &[&str] = match table {
            "account" => &["telephone1", "address1_city", "description"],
            _ => &["jobtitle", "telephone1", "description"],
        };
        let mut values = vec![(*dice.one_of(columns), value.clone())];
        if dice.below(3) == 0 && values[0].0 != "description" {
            values.push(("description", value));
        }
        Edit { table, id: Some(id), values }
    }

    fn creation(&mut self, dice: &mut Dice, name: String) -> Edit {
        let account = self.young.iter().rev().find(|(table, _)| *table == "account");
        match account {
            Some((_, id)) if dice.below(2) == 0 => {
                // It may have to wait for the account that it refers to.
                let company = ("parentcustomerid", format!("account:{id}"));
                Edit { table: "contact", id: None, values: vec![("lastname", name), company] }
            }
            _ => Edit { table: "account", id: None, values: vec![("name", name)] },
        }
    }

    /// Its line was read: from here on it is a promise.
    pub(crate) fn acknowledge(&mut self, edit: &Edit, id: &str) {
        writeln!(self.file, "{} {id} {:?}", edit.table, edit.values).unwrap();
        self.file.flush().unwrap();
        self.acknowledged += 1;
        let columns = &mut self
            .records
            .entry(id.to_owned())
            .or_insert_with(|| Known { table: edit.table, columns: BTreeMap::new() })
            .columns;
        for (column, value) in &edit.values {
            columns.insert(*column, Promise { value: value.clone(), or: None, is_seen: false });
        }
        if edit.id.is_none() {
            self.young.push_back((edit.table, id.to_owned()));
            if self.young.len() > EDITED {
                self.young.pop_front();
            }
        }
    }

    /// The one edit that was under way when the kill came.
    pub(crate) fn leave_open(&mut self, edit: &Edit) {
        match &edit.id {
            None => self.perhaps.push((edit.table, edit.values[0].1.clone())),
            Some(id) => {
                let Some(known) = self.records.get_mut(id) else { return };
                for (column, value) in &edit.values {
                    match known.columns.get_mut(column) {
                        Some(promise) => {
                            promise.or = Some(value.clone());
                            promise.is_seen = false;
                        }
                        None => {
                            let promise = Promise { value: String::new(), or: Some(value.clone()), is_seen: false };
                            known.columns.insert(*column, promise);
                        }
                    }
                }
            }
        }
    }
}
