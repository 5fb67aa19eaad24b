//! The contract suite: what every adapter of a store port must do. An adapter's test says how a fresh store
//! is made, and each promise becomes a test of its own:
//!
//! ```text
//! store_contracts::suite!(fresh_store);
//! ```
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::missing_panics_doc,
    reason = "these are tests, called from the tests of adapters"
)]

pub mod accounts;
mod examples;
pub mod load;
pub mod messaging;
pub mod money;
pub mod operations;
pub mod privacy;
pub mod verification;

pub use ports::stores::Stores;

/// Makes one test of each promise. `$fresh` is an async function that returns a store that no other test has.
#[macro_export]
macro_rules! suite {
    ($fresh:ident) => {
        $crate::suite!($fresh;
            money {
                ledger: forty_transfers_at_once_never_overspend, one_key_asked_twenty_times_is_one_transfer,
                    a_refusal_is_replayed_and_does_not_flip,
                    transfers_in_both_directions_at_once_lose_nothing,
                    limits_hold_at_once, entries_add_up;
                step_up: a_filed_transfer_is_paid_once_by_its_code,
                    wrong_codes_are_counted_though_nothing_moves, a_canceled_or_expired_transfer_is_not_paid,
                    the_code_that_locks_the_number_ends_its_transfer, a_repeated_code_gets_its_first_answer,
                    codes_of_payments_keep_to_their_budget_at_once, a_batch_counts_its_own_codes,
                    codes_for_payments_are_counted_apart, a_locked_number_gets_no_code_for_a_payment;
                ledger_model: random_scripts_agree_with_the_fold;
                holds: a_hold_is_captured_once, a_voided_hold_gives_everything_back,
                    a_hold_expires_unless_it_was_handed_over, of_many_verdicts_one_holds;
                reconciliations: a_finding_stays_open_until_it_is_gone, a_run_is_about_its_date,
                    runs_at_once_leave_each_finding_once, people_are_alarmed_once, payments_are_those_of_their_date;
                outbound: a_held_payment_is_sent_once, a_decision_is_written_once, a_refusal_gives_the_money_back,
                    what_waits_is_made_due, two_operators_decide_what_is_in_doubt,
                    a_late_payment_is_posted_only_by_people, a_code_holds_a_payment_for_the_bank;
                deposits: a_deposit_is_made_once_and_given_back, deposits_at_once_under_one_reference_are_one,
                    two_keys_bind_both_at_once, two_keys_bind_both_of_another_wallet;
                clabes: each_wallet_in_pesos_has_a_clabe_of_its_own, a_clabe_of_ours_pays_its_wallet;
                folios: a_taken_folio_is_given_to_nobody_else;
                recipients: a_phone_number_means_its_persons_wallet,
                    a_number_that_nobody_proved_is_not_paid;
                reversals: reversals_at_once_never_exceed_the_original,
                    a_reversal_is_decided_once_for_its_key, only_what_stayed_here_can_be_given_back;
                wallets: a_person_has_so_many_wallets, a_wallet_is_opened_once_for_its_key, several_wallets_share_one_limit,
                    a_new_payee_is_paid_after_the_cool_off, entries_can_be_asked_for_by_time,
                    entries_name_the_other_side;
                payees: a_payment_under_a_name_adds_a_payee, only_who_is_paid_is_a_payee,
                    a_captured_hold_pays_its_payee, a_payee_is_renamed_and_forgotten,
                    a_turn_changes_payees, payees_are_listed_in_pages;
                statements: own_entries_are_of_all_wallets, an_amount_chooses_among_all_entries, spending_is_what_went_to_others,
                    the_last_transfers_to_a_payee_are_found, a_payment_like_an_earlier_one_is_noticed;
                sealed: each_side_reads_its_own_copy, a_payees_audit_rows_bear_a_commitment;
            }
            verification {
                verifications: sixty_attempts_at_once_are_three, thirty_right_codes_at_once_are_one_approval, a_right_code_twice_at_once_is_right_twice,
                    sending_again_gives_no_new_attempts, failures_lock_and_the_lock_ends_clean,
                    a_repeated_effect_is_the_same_send_and_the_same_attempt,
                    an_attempt_nobody_checked_is_given_back, limits_hold_under_a_burst,
                    a_failed_send_costs_no_quota, many_requests_at_once_begin_one_challenge,
                    attempts_count_for_the_providers_challenge, the_providers_approval_is_one_of_ours,
                    concurrent_attempts_are_each_judged_alone;
                senders: a_strangers_codes_and_attempts_are_counted_apart,
                    each_kind_of_sender_has_a_budget_of_its_own,
                    countries_and_the_service_have_caps_for_strangers, a_country_is_not_its_calling_code, a_prefix_is_counted_apart_for_strangers, the_next_channel_stops_at_the_limit,
                    a_channel_the_person_opted_out_of_is_skipped;
                own_codes: sixty_own_attempts_at_once_are_three,
                    thirty_right_own_codes_at_once_are_one_approval,
                    a_right_own_code_twice_at_once_is_right_twice,
                    an_own_attempt_is_judged_once_for_its_effect, a_new_code_voids_the_one_before,
                    a_challenge_comes_with_its_message, an_own_code_that_failed_costs_no_quota,
                    a_failed_send_moves_to_the_next_channel_once,
                    silence_moves_to_the_next_channel_and_a_delivery_ends_it,
                    a_settled_challenge_moves_to_no_other_channel, limits_hold_for_own_codes,
                    many_exhausted_destinations_open_the_breaker, what_is_left_of_a_code_is_wiped;
                verification_reports: sends_are_read_for_statistics, a_sends_price_is_asked_and_kept_once;
                verification_pages: a_page_is_found_by_its_token_alone, a_fixed_number_stays,
                    only_so_many_numbers_are_named_on_a_page, a_code_belongs_to_the_number_it_was_sent_to,
                    a_finished_page_takes_nothing_more, old_pages_are_forgotten, a_pages_challenge_is_its_own,
                    a_newer_challenge_for_something_else_hides_none;
            }
            messaging {
                inbox: a_message_is_kept_once, messages_of_a_conversation_come_in_order,
                    a_conversation_is_one_workers_at_a_time, an_old_lease_commits_nothing,
                    a_failed_turn_waits_and_a_parked_one_lets_others_pass,
                    what_is_not_ours_is_kept_and_not_handled, consent_is_remembered_with_the_turn, a_timer_is_a_turn_of_its_own;
                batches: many_conversations_are_leased_at_once_one_message_of_each,
                    workers_that_lease_at_once_share_no_conversation,
                    a_message_that_was_parked_lets_the_next_of_its_conversation_pass,
                    a_stale_turn_is_left_out_of_its_batch_alone,
                    turns_that_are_committed_at_once_are_each_answered,
                    settlements_of_many_messages_are_each_judged_by_their_lease,
                    reports_of_many_messages_move_each_to_its_furthest,
                    an_opt_out_in_a_batch_withdraws_what_the_batch_queued_again;
                leased_at_once: a_message_is_leased_with_its_acknowledgement, only_what_comes_first_is_leased_at_once,
                    a_lease_at_once_that_expires_loses_nothing,
                    a_message_that_comes_many_times_at_once_is_leased_once, replies_are_leased_with_their_turn,
                    a_reply_behind_an_open_message_is_not_leased_at_once,
                    what_is_left_to_workers_is_told_after_its_commit,
                    a_commit_tells_that_its_conversation_has_more, one_question_finds_every_queue_with_work;
                outbox: a_recipients_messages_go_one_after_the_other, lanes_do_not_wait_for_each_other,
                    an_expired_lease_leaves_its_message_in_doubt,
                    a_delivery_report_moves_a_message_forward_only,
                    a_delivery_report_before_our_own_settlement_counts, an_old_lease_settles_nothing,
                    a_delivery_report_by_an_unknown_reference_is_kept,
                    a_delivery_report_beside_the_settlement_is_not_lost,
                    a_delivered_messages_price_is_asked_and_kept_once;
                alerts: a_payment_is_told_to_its_payee_once, only_payments_between_people_are_told, a_deposit_is_told_to_its_owner,
                    an_alert_to_a_person_who_opted_out_is_dropped, a_freeze_is_told_once;
                agent_handoff: a_teams_message_is_kept_once_and_stays_theirs,
                    a_person_who_opted_out_is_not_written_to,
                    stopping_and_writing_at_once_leaves_nothing_to_send, an_opt_out_at_the_provider_counts,
                    a_conversation_shows_who_wrote_what, an_answer_goes_where_the_person_last_wrote_from,
                    a_dead_letter_is_listed_and_tried_again,
                    an_unreadable_webhook_is_kept_until_it_can_be_read, a_notice_is_kept_once;
                flows: a_version_never_changes, answers_are_kept_with_their_turn_and_once,
                    answers_are_shown_by_flow_the_newest_first;
                retired_contacts: an_unbound_chat_leaves_its_person, contacts_are_made_in_one_order;
            }
            accounts {
                people: one_number_is_one_person, a_profile_name_is_shown_until_they_give_one;
                personal: the_audit_log_holds_commitments, a_bound_chat_may_change_hands;
                freezes: a_frozen_person_pays_nothing_and_is_still_paid, no_payment_gets_past_a_freeze,
                    a_freeze_takes_bound_chats_away, a_freeze_is_ordered_once_for_its_key,
                    staff_lift_a_freeze_at_once, owners_lift_their_freeze_and_wait;
                users: an_address_is_one_account, accounts_are_counted_for_their_network_address, a_challenge_proves_once, a_known_number_keeps_its_person,
                    a_named_number_is_nobodys, a_reset_token_is_good_once, a_reset_token_ends,
                    few_reset_mails_go_to_one_person, a_reset_code_is_good_once, a_backup_code_is_good_once,
                    a_waiting_sign_in_ends, tries_are_counted_at_once,
                    a_number_is_replaced_by_a_free_one, what_ended_is_forgotten,
                    anonymous_sends_and_failures_are_counted_apart;
                mfa: mfa_needs_a_number, mfa_changes_by_a_proof_and_is_told, a_person_is_imported_once;
                chat_links: a_code_binds_one_chat, a_numbers_chat_is_its_persons,
                    a_new_password_takes_bound_chats_away;
                sessions: twenty_refreshes_at_once_give_one_successor, a_used_token_ends_its_session,
                    a_session_is_its_owners, a_session_ends_by_itself;
            }
            privacy {
                erasures: what_stands_in_the_way_is_named, a_wish_can_be_taken_back_until_it_is_due, a_wish_that_was_taken_back_is_not_carried_out,
                    a_due_wish_that_can_not_begin_is_withdrawn, an_erased_person_is_found_by_nothing,
                    others_see_what_they_saw, nobody_pays_an_erased_person,
                    a_redelivery_after_an_erasure_stores_nothing, an_opt_out_outlives_the_person,
                    a_blocked_identity_is_opened_with_a_reason;
                among_payments: erasures_among_payments_lose_nothing;
                data_exports: an_export_is_downloaded_once, an_export_ends_after_a_day,
                    an_export_that_broke_off_begins_anew, exports_go_with_their_person;
                legal_holds: a_hold_is_ordered_and_ended;
                key_copies: a_key_never_comes_back, wishes_are_those_of_the_newer_journal;
                restores: a_wish_that_was_taken_back_stays_so;
            }
            operations {
                signed_requests: of_twenty_at_once_one_is_first,
                    what_came_from_one_client_did_not_come_from_another, it_is_remembered_until_then;
                idempotency_store: one_of_many_does_the_work, a_claim_without_an_answer_ends, responses_end;
                leases: of_many_processes_one_holds_a_lease, a_lease_is_extended_and_ends,
                    a_lease_is_given_back_by_its_holder;
                operators: an_address_has_one_account, a_token_ends_with_its_series_and_its_account,
                    a_wrong_address_changes_nobody, they_are_listed_page_by_page;
                database_care: migrated_tables_are_current_and_take_writes,
                    keys_are_noted_until_no_row_needs_them, a_kept_key_stays_as_it_was;
                retention: old_codes_go, a_batch_keeps_to_its_limit, old_texts_go, old_deliveries_go, old_webhooks_go,
                    old_requests_go, books_audit_and_opt_outs_stay, a_message_keeps_its_idle_conversation;
                audit: each_decision_has_its_row, the_chain_is_sealed_once_and_sound,
                    nothing_is_missed_while_others_write;
            }
        );
    };
    ($fresh:ident; $($feature:ident { $($group:ident: $($promise:ident),+ $(,)?;)+ })+) => {
        $(mod $feature {
            $(mod $group {
                $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $promise() {
                    $crate::$feature::$group::$promise(super::super::$fresh().await).await;
                })+
            })+
        })+
    };
}
