//! What every `CrmService` promises, told by what the service holds afterwards and not only by its answers.
//!
//! Runs on the model CRM and on each real adapter: a fake that lies fails the same test as an adapter that errs.

mod duplicates;
mod polling;
mod reading;
mod stage;
mod tracking;
mod values;
mod writing;

use std::{collections::BTreeMap, fmt};

use satchel_domain::{
    Column, RecordId, TableName, Value,
    ports::{CrmService, Later},
    schema::Table,
};

pub use self::stage::Stage;

/// The tables that the service under test must have.
pub const TABLES: [&str; 3] = ["account", "contact", "opportunity"];

/// A second look at what the service holds, by another road than the adapter under test, and another user's hand.
pub trait World: Send + Sync + fmt::Debug {
    /// The record's columns as the service holds them; none when it is not there.
    fn held<'a>(&'a self, table: &'a Table, id: RecordId) -> Later<'a, Option<BTreeMap<Column, Value>>>;

    /// Every record of the table, each as often as the service names it.
    fn held_ids<'a>(&'a self, table: &'a Table) -> Later<'a, Vec<RecordId>>;

    /// The rows of `table` whose lookup `column` points to this record, such as the parties of an email.
    fn children<'a>(
        &'a self,
        table: &'a Table,
        column: &'a Column,
        parent: RecordId,
    ) -> Later<'a, Vec<BTreeMap<Column, Value>>>;

    fn create_as_another<'a>(&'a self, table: &'a Table, id: RecordId, values: &'a [(Column, Value)]) -> Later<'a, ()>;

    fn change_as_another<'a>(&'a self, table: &'a Table, id: RecordId, values: &'a [(Column, Value)]) -> Later<'a, ()>;

    fn delete_as_another<'a>(&'a self, table: &'a Table, id: RecordId) -> Later<'a, ()>;

    /// Somebody else owns the record now: who may read only their own rows does not see it any more.
    fn give_away<'a>(&'a self, table: &'a Table, id: RecordId) -> Later<'a, ()>;

    /// The user under test owns it again.
    fn give_back<'a>(&'a self, table: &'a Table, id: RecordId) -> Later<'a, ()>;
}

/// One promise.
#[derive(Clone, Copy)]
pub struct Case {
    pub name: &'static str,
    pub run: for<'a> fn(&'a Stage<'a>) -> Later<'a, ()>,
}

impl fmt::Debug for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

macro_rules! cases {
    ($($(#[$what:meta])* $name:ident = $module:ident { $( $case:ident, )* })+) => {
        $(
            $(#[$what])*
            pub const $name: &[Case] = &[
                $( Case { name: stringify!($case), run: |stage| Box::pin($module::$case(stage)) } ),*
            ];
        )+
    };
}

cases! {
    /// What is read, by who may read every row.
    READING = reading {
        a_table_that_is_not_there_is_left_out_of_the_description,
        the_description_names_the_user_and_the_columns,
        a_first_read_in_pages_sees_every_row_exactly_once,
        a_first_read_resumes_from_a_stored_cursor,
        a_delta_sees_what_was_created_changed_and_deleted,
        a_delta_without_changes_is_empty,
        a_delta_comes_in_pages_too,
        what_changes_during_a_first_read_is_not_lost,
        the_id_sweep_names_every_row_once_with_its_version,
        the_id_sweep_misses_what_was_deleted_and_shows_the_new_version,
        a_fetch_reads_one_record_and_its_version,
        a_fetch_of_nothing_is_missing,
    }

    /// What is read, by who may not: accounts have rows of others, which this user does not see.
    POLLING = polling {
        her_own_rows_come_once_each_and_every_page_says_why,
        a_poll_resumes_from_a_stored_cursor,
        a_poll_brings_what_was_made_changed_or_given_to_her_and_tells_nothing_of_what_is_gone,
        what_changes_during_a_first_read_comes_with_the_polls,
        what_is_out_of_reach_can_neither_be_read_nor_written,
        a_right_that_comes_and_goes_shuts_and_opens_one_record,
    }

    /// What is written.
    WRITING = writing {
        a_second_create_with_the_same_id_is_stale_and_it_is_held_once,
        an_update_with_a_stale_base_leaves_the_other_ones_change,
        an_update_changes_only_its_columns,
        an_update_of_what_is_gone_is_missing_and_brings_nothing_back,
        a_delete_with_its_base_deletes,
        a_delete_with_a_stale_base_deletes_nothing,
        a_delete_of_what_is_gone_is_missing,
        a_text_that_is_too_long_is_refused_with_a_reason,
        a_missing_required_column_is_refused_with_a_reason,
        a_lookup_to_nothing_is_refused_and_nothing_is_held,
    }

    /// What is refused as a duplicate.
    DUPLICATES = duplicates {
        a_create_that_would_make_a_duplicate_is_refused_and_names_the_record,
        an_update_that_would_make_a_duplicate_is_refused_and_changes_nothing,
        what_the_user_waves_through_is_made,
        an_edit_is_refused_only_for_what_it_writes,
        a_stale_edit_is_stale_whatever_it_is_like,
    }

    /// How messages are tracked.
    TRACKING = tracking {
        an_open_email_has_its_parties_by_role_and_what_it_is_regarding,
        parties_come_with_a_pull_of_their_own_and_go_with_their_email,
        every_step_of_tracking_taken_twice_makes_nothing_twice,
        attachments_are_described_and_pulled_without_their_bytes,
        a_message_of_the_user_is_sent_and_outgoing,
        dm15_a_completed_email_takes_no_attachment,
        dm1_t4_what_a_completed_email_is_regarding_may_change_and_nothing_else,
        t2_two_devices_that_promote_one_message_make_one_email,
        a_step_on_an_email_that_is_gone_is_missing,
        a_message_without_an_id_or_with_a_long_subject_is_made_all_the_same,
    }

    /// What others tracked.
    TRACKED_BY_OTHERS = tracking {
        an_email_is_found_by_its_message_id_whoever_tracked_it,
        a_message_that_a_colleague_tracked_is_not_made_again,
    }

    /// Each kind of value comes back as it went.
    VALUES = values {
        null_clears_a_column,
        a_lookup_binds_each_of_its_targets,
        null_clears_a_lookup,
        money_is_exact,
        a_choice_comes_back,
        yes_and_no_come_back,
        a_whole_number_comes_back,
        a_date_comes_back,
        a_date_and_time_comes_back,
        every_script_comes_back,
    }
}

/// Everything that is promised to who may read every row.
pub const WHOLE: &[&[Case]] = &[READING, WRITING, DUPLICATES, TRACKING, TRACKED_BY_OTHERS, VALUES];
/// Everything that is promised to who may not: of duplicates and emails that others own they are told nothing.
pub const PART: &[&[Case]] = &[POLLING, WRITING, TRACKING, VALUES];

/// Runs these cases in turn; the last name printed is the one that failed.
pub async fn run(cases: &[&[Case]], crm: &dyn CrmService, world: &dyn World) {
    for case in cases.iter().copied().flatten() {
        eprintln!("contract of CrmService: {}", case.name);
        (case.run)(&Stage::set(case.name, crm, world).await).await;
    }
}

/// The names of [`TABLES`].
pub fn tables() -> Vec<TableName> {
    TABLES.map(TableName::new).to_vec()
}
