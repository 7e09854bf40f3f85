//! The C face: SQLite's table of functions over a disk in memory.

mod file;
mod shared;

use std::{
    ffi::{CStr, CString, c_char, c_int, c_void},
    mem, ptr, slice,
    sync::{
        Mutex, MutexGuard, Once, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

use rusqlite::ffi;

use crate::{dice::Dice, faults::Refusal, memory::Memory};

const LONGEST_NAME: c_int = 512;
/// 2026-01-01 as milliseconds of the Julian calendar: nothing of ours asks SQLite for the time.
const NOW: i64 = 211_633_905_600_000;

static DISKS: AtomicU64 = AtomicU64::new(0);
static CHANCE: AtomicU64 = AtomicU64::new(0);

unsafe extern "C" {
    /// Starts SQLCipher, or waits until another thread has. SQLite does so by itself, but lets other threads in before,
    /// and refuses the key that comes in that moment.
    fn sqlcipher_extra_init(argument: *const c_char) -> c_int;
}

/// Makes the memory known to SQLite; the answer is its name.
pub(crate) fn register(memory: &'static Mutex<Memory>) -> &'static str {
    keep_no_books();
    let name = format!("crashfs-{}", DISKS.fetch_add(1, Ordering::Relaxed));
    let c_name = CString::new(name.as_str()).unwrap_or_default();
    let vfs = Box::new(ffi::sqlite3_vfs {
        iVersion: 2,
        szOsFile: mem::size_of::<file::OpenFile>() as c_int,
        mxPathname: LONGEST_NAME,
        pNext: ptr::null_mut(),
        zName: c_name.into_raw(),
        pAppData: ptr::from_ref(memory).cast_mut().cast(),
        xOpen: Some(file::open),
        xDelete: Some(delete),
        xAccess: Some(access),
        xFullPathname: Some(full_name),
        xDlOpen: None,
        xDlError: None,
        xDlSym: None,
        xDlClose: None,
        xRandomness: Some(randomness),
        xSleep: Some(sleep),
        xCurrentTime: Some(current_time),
        xGetLastError: Some(last_error),
        xCurrentTimeInt64: Some(current_milliseconds),
        xSetSystemCall: None,
        xGetSystemCall: None,
        xNextSystemCall: None,
    });
    // SAFETY: the table lives as long as the process, as its name and its memory do.
    let registered = unsafe { ffi::sqlite3_vfs_register(Box::leak(vfs), 0) };
    assert_eq!(registered, ffi::SQLITE_OK, "SQLite takes no more file systems");
    // SAFETY: it takes no argument, and a lock of its own lets one thread in at a time.
    let started = unsafe { sqlcipher_extra_init(ptr::null()) };
    assert_eq!(started, ffi::SQLITE_OK, "the cipher does not start");
    Box::leak(name.into_boxed_str())
}

/// SQLite counts the bytes that it holds under one lock, for which threads with disks of their own would queue. It takes
/// this before its first connection only; later it goes on counting.
fn keep_no_books() {
    static ONCE: Once = Once::new();
    // SAFETY: before SQLite was started it only sets a number, afterwards it only refuses.
    ONCE.call_once(|| unsafe {
        ffi::sqlite3_config(ffi::SQLITE_CONFIG_MEMSTATUS, 0);
    });
}

/// # Safety
/// `vfs` is a table made by [`register`].
unsafe fn memory_of(vfs: *mut ffi::sqlite3_vfs) -> &'static Mutex<Memory> {
    // SAFETY: `register` put a reference of that type and life there.
    unsafe { &*(*vfs).pAppData.cast::<Mutex<Memory>>() }
}

fn lock(memory: &Mutex<Memory>) -> MutexGuard<'_, Memory> {
    memory.lock().unwrap_or_else(PoisonError::into_inner)
}

/// # Safety
/// `name` is null or a C string that outlives the answer.
unsafe fn text<'a>(name: *const c_char) -> Option<&'a str> {
    if name.is_null() {
        return None;
    }
    // SAFETY: as the caller says.
    unsafe { CStr::from_ptr(name) }.to_str().ok()
}

/// SQLite's word for a refusal; `broken` is that of the call for a broken disk.
fn code(refusal: Refusal, broken: c_int) -> c_int {
    match refusal {
        Refusal::Full | Refusal::Short => ffi::SQLITE_FULL,
        Refusal::Broken => broken,
    }
}

unsafe extern "C" fn delete(vfs: *mut ffi::sqlite3_vfs, name: *const c_char, sync_folder: c_int) -> c_int {
    // SAFETY: SQLite passes its own table and a name.
    let (memory, name) = unsafe { (memory_of(vfs), text(name)) };
    let Some(name) = name else { return ffi::SQLITE_IOERR_DELETE };
    let mut memory = lock(memory);
    match memory.delete(name) {
        Err(_) => ffi::SQLITE_IOERR_DELETE,
        Ok(false) => ffi::SQLITE_IOERR_DELETE_NOENT,
        Ok(true) => {
            if sync_folder != 0 {
                memory.note(|| crate::log::Op::SyncFolder);
            }
            ffi::SQLITE_OK
        }
    }
}

unsafe extern "C" fn access(
    vfs: *mut ffi::sqlite3_vfs,
    name: *const c_char,
    _flags: c_int,
    answer: *mut c_int,
) -> c_int {
    // SAFETY: SQLite passes its own table, a name, and room for the answer.
    unsafe { *answer = c_int::from(text(name).is_some_and(|name| lock(memory_of(vfs)).has(name))) };
    ffi::SQLITE_OK
}

unsafe extern "C" fn full_name(
    _vfs: *mut ffi::sqlite3_vfs,
    name: *const c_char,
    room: c_int,
    answer: *mut c_char,
) -> c_int {
    // SAFETY: SQLite passes a name and `room` bytes for the answer.
    unsafe {
        let bytes = CStr::from_ptr(name).to_bytes_with_nul();
        if bytes.len() > usize::try_from(room).unwrap_or(0) {
            return ffi::SQLITE_CANTOPEN;
        }
        ptr::copy_nonoverlapping(bytes.as_ptr().cast(), answer, bytes.len());
    }
    ffi::SQLITE_OK
}

/// The same numbers in every run, as far as the calls come in one order.
unsafe extern "C" fn randomness(_vfs: *mut ffi::sqlite3_vfs, length: c_int, out: *mut c_char) -> c_int {
    let mut dice = Dice::new(CHANCE.fetch_add(1, Ordering::Relaxed));
    // SAFETY: SQLite passes `length` bytes.
    let bytes = unsafe { slice::from_raw_parts_mut(out.cast::<u8>(), usize::try_from(length).unwrap_or(0)) };
    bytes.iter_mut().for_each(|byte| *byte = dice.roll().to_le_bytes()[0]);
    length
}

/// Nobody waits on this disk: the clock does not go.
unsafe extern "C" fn sleep(_vfs: *mut ffi::sqlite3_vfs, microseconds: c_int) -> c_int {
    std::thread::yield_now();
    microseconds
}

unsafe extern "C" fn current_time(_vfs: *mut ffi::sqlite3_vfs, answer: *mut f64) -> c_int {
    // SAFETY: SQLite passes room for the answer.
    unsafe { *answer = NOW as f64 / 86_400_000.0 };
    ffi::SQLITE_OK
}

unsafe extern "C" fn current_milliseconds(_vfs: *mut ffi::sqlite3_vfs, answer: *mut i64) -> c_int {
    // SAFETY: SQLite passes room for the answer.
    unsafe { *answer = NOW };
    ffi::SQLITE_OK
}

unsafe extern "C" fn last_error(_vfs: *mut ffi::sqlite3_vfs, _room: c_int, _text: *mut c_char) -> c_int {
    0
}

/// A place that C gave us, as a slice; none for a negative length.
///
/// # Safety
/// `from` has `length` bytes that nobody else uses while the answer lives.
unsafe fn bytes<'a>(from: *mut c_void, length: c_int) -> &'a mut [u8] {
    // SAFETY: as the caller says.
    unsafe { slice::from_raw_parts_mut(from.cast(), usize::try_from(length).unwrap_or(0)) }
}
