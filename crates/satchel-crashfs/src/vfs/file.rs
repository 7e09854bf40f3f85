//! Open files: reading, writing, syncing and the locks of a database file.

use std::{
    ffi::{c_int, c_void},
    ptr,
    sync::Mutex,
};

use rusqlite::ffi;

use super::{bytes, code, lock, memory_of, shared, text};
use crate::{locks::Holder, log::Number, memory::Memory};

/// What SQLite keeps for each open file; it makes room for `size_of` this.
#[repr(C)]
pub(super) struct OpenFile {
    base: ffi::sqlite3_file,
    /// Ours, from [`open`] to [`close`].
    state: *mut State,
}

pub(super) struct State {
    pub(super) memory: &'static Mutex<Memory>,
    pub(super) name: String,
    pub(super) holder: Holder,
    file: Number,
    /// A journal or log that is new: its first sync is one of its folder too, as on a real disk.
    syncs_folder: bool,
    goes_when_closed: bool,
}

static METHODS: ffi::sqlite3_io_methods = ffi::sqlite3_io_methods {
    iVersion: 2,
    xClose: Some(close),
    xRead: Some(read),
    xWrite: Some(write),
    xTruncate: Some(truncate),
    xSync: Some(sync),
    xFileSize: Some(size),
    xLock: Some(take_lock),
    xUnlock: Some(leave_lock),
    xCheckReservedLock: Some(check_reserved),
    xFileControl: Some(control),
    xSectorSize: Some(sector_size),
    xDeviceCharacteristics: Some(characteristics),
    xShmMap: Some(shared::map),
    xShmLock: Some(shared::take_lock),
    xShmBarrier: Some(shared::barrier),
    xShmUnmap: Some(shared::unmap),
    xFetch: None,
    xUnfetch: None,
};

/// # Safety
/// `file` was opened by [`open`] and is not closed; one call at a time, as SQLite does.
pub(super) unsafe fn state<'a>(file: *mut ffi::sqlite3_file) -> &'a mut State {
    // SAFETY: `open` put it there, and `close` is the last call.
    unsafe { &mut *(*file.cast::<OpenFile>()).state }
}

pub(super) unsafe extern "C" fn open(
    vfs: *mut ffi::sqlite3_vfs,
    name: ffi::sqlite3_filename,
    file: *mut ffi::sqlite3_file,
    flags: c_int,
    out_flags: *mut c_int,
) -> c_int {
    // SAFETY: SQLite passes its own table, a name or null, and room for an `OpenFile`.
    unsafe {
        (*file).pMethods = ptr::null();
        let memory = memory_of(vfs);
        // Files without a name are temporary ones, and there are to be none.
        let Some(name) = text(name) else { return ffi::SQLITE_CANTOPEN };
        let opened = lock(memory).open(name, flags & ffi::SQLITE_OPEN_CREATE != 0);
        let (number, holder, is_new) = match opened {
            Ok(Some(opened)) => opened,
            Ok(None) => return ffi::SQLITE_CANTOPEN,
            Err(refusal) => return code(refusal, ffi::SQLITE_CANTOPEN),
        };
        let state = State {
            memory,
            name: name.to_owned(),
            holder,
            file: number,
            syncs_folder: is_new && flags & (ffi::SQLITE_OPEN_MAIN_JOURNAL | ffi::SQLITE_OPEN_WAL) != 0,
            goes_when_closed: flags & ffi::SQLITE_OPEN_DELETEONCLOSE != 0,
        };
        (*file.cast::<OpenFile>()).state = Box::into_raw(Box::new(state));
        (*file).pMethods = &raw const METHODS;
        if !out_flags.is_null() {
            *out_flags = flags;
        }
    }
    ffi::SQLITE_OK
}

unsafe extern "C" fn close(file: *mut ffi::sqlite3_file) -> c_int {
    // SAFETY: `open` made the box, and SQLite closes once.
    let state = unsafe { Box::from_raw((*file.cast::<OpenFile>()).state) };
    let mut memory = lock(state.memory);
    memory.close(&state.name, state.holder);
    if state.goes_when_closed {
        // Whatever comes of it: the file is closed.
        let _ = memory.delete(&state.name);
    }
    ffi::SQLITE_OK
}

unsafe extern "C" fn read(file: *mut ffi::sqlite3_file, into: *mut c_void, length: c_int, at: i64) -> c_int {
    // SAFETY: an open file and `length` bytes.
    let (state, into) = unsafe { (state(file), bytes(into, length)) };
    match lock(state.memory).read(state.file, offset(at), into) {
        Ok(read) if read == into.len() => ffi::SQLITE_OK,
        Ok(_) => ffi::SQLITE_IOERR_SHORT_READ,
        Err(_) => ffi::SQLITE_IOERR_READ,
    }
}

unsafe extern "C" fn write(file: *mut ffi::sqlite3_file, from: *const c_void, length: c_int, at: i64) -> c_int {
    // SAFETY: an open file and `length` bytes, which are only read.
    let (state, from) = unsafe { (state(file), bytes(from.cast_mut(), length)) };
    told(lock(state.memory).write(state.file, offset(at), from), ffi::SQLITE_IOERR_WRITE)
}

unsafe extern "C" fn truncate(file: *mut ffi::sqlite3_file, length: i64) -> c_int {
    // SAFETY: an open file.
    let state = unsafe { state(file) };
    told(lock(state.memory).truncate(state.file, offset(length)), ffi::SQLITE_IOERR_TRUNCATE)
}

unsafe extern "C" fn sync(file: *mut ffi::sqlite3_file, _flags: c_int) -> c_int {
    // SAFETY: an open file.
    let state = unsafe { state(file) };
    let synced = lock(state.memory).sync(state.file, state.syncs_folder);
    if synced.is_ok() {
        state.syncs_folder = false;
    }
    told(synced, ffi::SQLITE_IOERR_FSYNC)
}

unsafe extern "C" fn size(file: *mut ffi::sqlite3_file, answer: *mut i64) -> c_int {
    // SAFETY: an open file and room for the answer.
    unsafe {
        let state = state(file);
        *answer = i64::try_from(lock(state.memory).length(state.file)).unwrap_or(i64::MAX);
    }
    ffi::SQLITE_OK
}

unsafe extern "C" fn take_lock(file: *mut ffi::sqlite3_file, level: c_int) -> c_int {
    // SAFETY: an open file.
    let state = unsafe { state(file) };
    let mut memory = lock(state.memory);
    let is_ours = memory.locks.entry(state.name.clone()).or_default().take(state.holder, level);
    if is_ours { ffi::SQLITE_OK } else { ffi::SQLITE_BUSY }
}

unsafe extern "C" fn leave_lock(file: *mut ffi::sqlite3_file, level: c_int) -> c_int {
    // SAFETY: an open file.
    let state = unsafe { state(file) };
    lock(state.memory).locks.entry(state.name.clone()).or_default().fall_to(state.holder, level);
    ffi::SQLITE_OK
}

unsafe extern "C" fn check_reserved(file: *mut ffi::sqlite3_file, answer: *mut c_int) -> c_int {
    // SAFETY: an open file and room for the answer.
    unsafe {
        let state = state(file);
        *answer = c_int::from(lock(state.memory).locks.get(&state.name).is_some_and(|locks| locks.is_reserved()));
    }
    ffi::SQLITE_OK
}

unsafe extern "C" fn control(_file: *mut ffi::sqlite3_file, _what: c_int, _argument: *mut c_void) -> c_int {
    ffi::SQLITE_NOTFOUND
}

/// What SQLite's own file system says of a disk on Linux.
unsafe extern "C" fn sector_size(_file: *mut ffi::sqlite3_file) -> c_int {
    4096
}

unsafe extern "C" fn characteristics(_file: *mut ffi::sqlite3_file) -> c_int {
    ffi::SQLITE_IOCAP_POWERSAFE_OVERWRITE
}

fn told(outcome: crate::memory::Outcome<()>, broken: c_int) -> c_int {
    outcome.map_or_else(|refusal| code(refusal, broken), |()| ffi::SQLITE_OK)
}

fn offset(at: i64) -> usize {
    usize::try_from(at).unwrap_or(0)
}
