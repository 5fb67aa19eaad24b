-- People are also told when MFA is turned on or off, and when backup codes are made.
alter table alerts drop constraint alerts_kind_check;
alter table alerts add constraint alerts_kind_check
    check (kind in ('received', 'frozen', 'mfa_on', 'mfa_off', 'backup_codes'));
