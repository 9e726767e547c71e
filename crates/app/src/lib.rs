//! The use cases, one file each. The command line, the console's server and the tests call these and nothing below them.
//!
//! Here, and only here, the engines meet: files are read into snapshots, packs are resolved, snapshots are evaluated, and
//! outcomes become reports. This ring reads the clock and the disk so that the engines need not.

mod account_demo;
mod account_login;
mod account_logs;
mod account_looks;
mod account_manage;
mod account_password;
mod account_self;
mod account_totp;
mod admit;
mod check_sources;
mod choose;
mod classes;
mod county;
mod county_changes;
mod datum;
mod demo_cases;
mod desk;
mod desk_case;
mod diff_snapshots;
mod draw_desk;
mod draw_folder;
mod draw_office;
mod duty_act;
mod duty_calendar;
mod duty_closeout;
mod duty_desk;
mod duty_handover;
mod duty_ledger;
mod duty_log;
mod duty_procedures;
mod duty_public;
mod duty_receipt;
mod duty_show;
mod duty_state;
mod duty_statements;
mod duty_sync;
mod duty_table;
mod duty_users;
mod earlier;
mod evaluate_counties;
mod explain_figure;
mod export_view;
mod failure;
mod hold_draw;
mod import_files;
mod kept_county;
mod ledgers;
mod library;
mod link_check;
mod link_files;
mod link_output;
mod link_parquet;
mod link_private;
mod link_read;
mod link_report;
mod link_resume;
mod link_shard;
mod list_classes;
mod list_packs;
mod make_sample;
mod map_county;
mod pack_page;
mod pairing_proof;
mod plain_table;
mod plan_accept;
mod plan_budget;
mod plan_check;
mod plan_conflict;
mod plan_effect;
mod plan_expected;
mod plan_items;
mod plan_ledger;
mod plan_pairing;
mod plan_paper;
mod plan_problem;
mod plan_rotation;
mod plan_settings;
mod plan_years;
mod planned;
mod prepare_draw;
mod query_book;
mod random;
mod rights;
mod rotation_check;
mod rotation_proof;
mod rotation_roll;
mod rotation_rules;
mod route;
mod show_excerpt;
mod take_witness;
mod verify_draw;
mod viewer;
mod what_if;
mod what_if_sheet;
mod words;
mod write_reports;

pub use account_demo::{DemoLine, DemoMade, make_demo};
pub use account_login::{
    Candidate, Entered, Login, LoginAsked, SessionLine, begin_login, end_login, end_session, enter, enter_demo, has_accounts,
    is_demo, leave, list_sessions, password_rules,
};
pub use account_logs::{LogAsked, act_title, ask_approval, decide_approval, list_approvals, read_traces};
pub use account_looks::take_in_looks;
pub use account_manage::{
    AccountAsked, AccountLine, Keeper, RoleLine, list_accounts, list_roles, lock_account, put_account, reset_password,
};
pub use account_self::{TotpOffer, change_password, offer_totp, set_totp, unset_totp};
pub use admit::{
    AdmissionRules, AdmitAsked, AdmitNumbers, AdmitReport, Admitted, How as AdmittedHow, SchoolFilled, Shortage, Unreported,
    admission_rules, admit, check_papers, prepare_admission, write_unreported,
};
pub use check_sources::{Checked, check_sources};
pub use choose::{list_snapshots, verify_snapshot};
pub use classes::{
    BalanceCount, BalanceScore, BalanceWay, ClassChance, ClassException, ClassMove, ClassMoved, ClassOption, ClassRules,
    ClassTrial, ClassTrialAsked, ClassesAsked, ClassesHeld, ClassesPrepared, RuleDocument, TeamPair, class_rules, hold_classes,
    move_pupil, pair_teams, prepare_classes, prepare_teams, try_classes, verify_classes,
};
pub use county::{County, CountyAsked, DEFAULT_PACK, Listed, ListedSnapshot, county_meant, list_home, snapshot_meant};
pub use county_changes::{ChangeKind, CountyChange, CountyChanges, county_changes};
pub use datum::Datum;
pub use desk::{
    CasesAsked, Desk, LedgerPage, LedgerValues, Offered, export_cases, is_personal, list_cases, my_work, status_title,
};
pub use desk_case::{
    CaseShown, CloseShown, Deed, FieldShown, MayDo, ProcedureShown, StayShown, StepShown, act_on_case, case_file, case_page,
    clock_state_id, list_procedures, look_into_vault, open_case,
};
pub use diff_snapshots::diff_snapshots;
pub use draw_desk::{
    DrawLine, DrawPage, DrawPool, DrawResult, DrawStep, DrawWitness, draw_file, draw_page, list_draws, open_draw,
};
pub use draw_office::{
    DrawAdmission, DrawClasses, DrawJournal, DrawKind, DrawMove, DrawNote, DrawRelease, DrawSchool, DrawTrial, OfficeAsked,
    draw_journal, draw_paper, hold_draw_here, move_pupil_here, note_draw, prepare_draw_here, release_draw, released, try_draw,
};
pub use duty_act::{
    Acted, DutyAsked, DutyOpening, act_on_duty, answer_hand_over, check_stay, close_duty, hand_over_duty, open_duty, pause_duty,
    read_vault, reopen_duty,
};
pub use duty_calendar::{FixedShown, Month, MonthDay, duty_month, export_month};
pub use duty_closeout::{CloseoutCounts, CloseoutRow, Closeouts, closeouts, export_closeouts};
pub use duty_desk::{open_table, sync_from_page};
pub use duty_handover::{HandOver, HandOverAnswer, hand_overs};
pub use duty_ledger::{CaseLine, Ledger, LedgerAsked, open_ledger};
pub use duty_log::{BackedUp, LogVerified, backup_home, export_log, restore_home, verify_log};
pub use duty_procedures::{Procedures, procedures};
pub use duty_public::{ReportForm, ReportKind, ReportSent, report_form, take_report};
pub use duty_receipt::{Receipted, ask_with_receipt};
pub use duty_show::{CasePage, Cases, list_duties, show_duty};
pub use duty_state::{Drawn, Fixed, StatementAsked, draw_statements, fixed_days, make_statement};
pub use duty_statements::{StatementDue, UnitDue, draw_duty, state_duty, statements_due};
pub use duty_sync::{Change, Synced, sync_duties};
pub use duty_table::{RowOpened, open_duties};
pub use duty_users::{list_users, put_user};
pub use evaluate_counties::{Evaluated, Judged, evaluate_counties, evaluate_snapshot};
pub use explain_figure::{Explained, FigureAsked, explain_figure};
pub use export_view::{ExportView, export_view};
pub use failure::Failure;
pub use hold_draw::{HeldDraw, hold_draw};
pub use import::is_reading_astray;
pub use import_files::{FileLine, ImportReport, ImportRequest, ImportResult, Progress, Published, Upload, import_files};
pub use kept_county::{
    KeptCounty, PartOfCounty, SchoolOfCounty, WholeCounty, explain_kept, export_school, export_tables, must_for_counties,
    open_county,
};
pub use ledgers::{
    AidGap, AidGapKind, ArrivalAsked, Arrived, ArrivedRow, Book, CategoryCount, Decided, DecisionAsked, Difference,
    DifferenceKind, Due, KeptList, KeptRows, LedgerChild, LedgerPaper, LedgerRules, Ledgers, LedgersAsked, ListKey, PairField,
    PairQueue, PairReason, PairShown, PairSide, all_decisions, arrive, case_lines, decide, keep_list, kept_list, kept_lists,
    list_key, make_list_key, open_ledger_cases, open_ledgers, pairs_to_decide, undo_decision, write_differences, write_kept_list,
    write_ledger,
};
pub use library::{Library, library};
pub use link_check::{CheckedMatch, LinkChecker, link_checker};
pub use link_files::{LinkAsked, LinkReport, link_files, propose_link, write_settings};
pub use link_private::{PrivateLoss, hide_register};
pub use link_shard::{link_keys, link_score, link_settle};
pub use list_classes::{ClassSize, ClassSizes, GradeRoom, SizeLimit, SizeRelapse, SizeTotal, list_classes};
pub use list_packs::{ListedPack, ListedParameter, list_packs};
pub use make_sample::{Sampled, make_bench_data, make_sample};
pub use map_county::{CountyMap, MapPoint, map_county};
pub use pack_page::{PackException, PackPage, PackRow, pack_page, pack_rows};
pub use pairing_proof::check_pairing;
pub use plan_accept::{AcceptAsked, Accepted, accept_plan};
pub use plan_budget::{BudgetAsked, Proposed, propose_budget};
pub use plan_check::{
    PlanChecked, check_plan, diff_plans, plan_changes, plan_lines, read_plan, school_lines, write_changes, write_plan,
};
pub use plan_effect::{EffectAsked, PairingEffect, measure_pairing};
pub use plan_pairing::{PairingAsked, pairing_lines, propose_pairing, read_pairing, write_pairing};
pub use plan_paper::{plan_page, plan_workbook};
pub use plan_rotation::{RotationAsked, RotationProposed, propose_rotation};
pub use plan_settings::{PlanOption, PlanSettings, plan_settings};
pub use planned::{PLANNED, Planned, apply_plan, evaluate_meant, is_planned, list_planned};
pub use prepare_draw::{DrawAsked, PreparedDraw, PreparedPool, prepare_draw};
pub use query_book::{QueryAnswer, QueryBook, open_query};
pub use random::random;
pub use rights::{RIGHTS, Reaching, Rights, right_title};
pub use rotation_check::{
    RotationChecked, check_rotation, explain_teacher, read_rotation, rotation_changes, rotation_letters, rotation_lines,
    write_rotation,
};
pub use show_excerpt::{Excerpt, ExcerptAsked, show_excerpt, show_uploaded};
pub use take_witness::{Brought, Promise, Promised, commit_witness, reveal_witness};
pub use verify_draw::{DrawnPlace, drawn_places, verify_draw};
pub use viewer::Viewer;
pub use what_if::{Coefficient, Lights, WhatIf, WhatIfAsked, what_if};
pub use what_if_sheet::{Sheet, SheetCell, SheetColumn, SheetRow, SheetTried, try_on_sheet};
pub use write_reports::{ReportAsked, Workbook, Written, report_schools, report_tables};

// What the faces need to name of the engines below.
pub use evaluate::{
    AtLeastRow, Basis, Cell, CvRow, ExceptionHead, ExplainedParameter, ExplainedStock, ItemRow, Judged as Judgement,
    JudgementHead, Outcome, Rows, Scope, ScoreRow, SourceCell, SpreadExplanation, State, Verdict, Working,
};
pub use policy::Citation;
pub use snapshot::SchoolRow;
pub use store::{Approval, Filter as CaseFilter, Session, Trace};

/// The time now, as RFC 3339 writes it.
pub fn now() -> String {
    jiff::Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// The first twelve digits of an id: enough for people to tell snapshots apart.
fn short(id: &str) -> &str {
    id.get(..12).unwrap_or(id)
}
