//! The status of a payment at a bank (ISO 20022, `ExternalPaymentTransactionStatus1Code`).

/// What a bank says about a payment. A text that isn't one of these codes is no status: nothing follows from it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum BankStatus {
    /// RCVD: the bank has it.
    Received,
    /// PDNG: it waits for a check.
    Pending,
    /// ACTC: its form was accepted.
    FormAccepted,
    /// ACCP: the customer's profile was accepted.
    ProfileAccepted,
    /// ACFC: the funds were checked.
    FundsChecked,
    /// ACSP: its settlement is under way.
    Settling,
    /// PATC: some of the signatures that it needs are there.
    PartlyAuthorised,
    /// ACWC: accepted with a change, so amount and payee must be compared.
    AcceptedWithChange,
    /// ACWP: accepted, and not yet posted for the payee.
    AcceptedWithoutPosting,
    /// ACSC: settled on the debtor's side.
    SettledByDebtor,
    /// ACCC: settled on the creditor's side.
    SettledByCreditor,
    /// RJCT: refused.
    Rejected,
    /// CANC: canceled.
    Canceled,
}

/// What follows from a status.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum StatusMeaning {
    /// The bank has the payment. That is not money.
    Accepted,
    /// The money has left.
    Settled,
    /// The money has not left, and won't.
    Refused,
}

/// Each status with its code.
const CODES: [(BankStatus, &str); 13] = [
    (BankStatus::Received, "RCVD"),
    (BankStatus::Pending, "PDNG"),
    (BankStatus::FormAccepted, "ACTC"),
    (BankStatus::ProfileAccepted, "ACCP"),
    (BankStatus::FundsChecked, "ACFC"),
    (BankStatus::Settling, "ACSP"),
    (BankStatus::PartlyAuthorised, "PATC"),
    (BankStatus::AcceptedWithChange, "ACWC"),
    (BankStatus::AcceptedWithoutPosting, "ACWP"),
    (BankStatus::SettledByDebtor, "ACSC"),
    (BankStatus::SettledByCreditor, "ACCC"),
    (BankStatus::Rejected, "RJCT"),
    (BankStatus::Canceled, "CANC"),
];

impl BankStatus {
    /// All statuses.
    pub fn all() -> impl Iterator<Item = Self> {
        CODES.iter().map(|(status, _code)| *status)
    }

    /// Reads a code, to the letter. `None` for every other text.
    #[must_use]
    pub fn parse(code: &str) -> Option<Self> {
        CODES.iter().find(|(_, known)| *known == code).map(|(status, _)| *status)
    }

    /// The code of four letters.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Received => "RCVD",
            Self::Pending => "PDNG",
            Self::FormAccepted => "ACTC",
            Self::ProfileAccepted => "ACCP",
            Self::FundsChecked => "ACFC",
            Self::Settling => "ACSP",
            Self::PartlyAuthorised => "PATC",
            Self::AcceptedWithChange => "ACWC",
            Self::AcceptedWithoutPosting => "ACWP",
            Self::SettledByDebtor => "ACSC",
            Self::SettledByCreditor => "ACCC",
            Self::Rejected => "RJCT",
            Self::Canceled => "CANC",
        }
    }

    /// What follows from it.
    #[must_use]
    pub const fn meaning(self) -> StatusMeaning {
        match self {
            Self::Received
            | Self::Pending
            | Self::FormAccepted
            | Self::ProfileAccepted
            | Self::FundsChecked
            | Self::Settling
            | Self::PartlyAuthorised
            | Self::AcceptedWithChange
            | Self::AcceptedWithoutPosting => StatusMeaning::Accepted,
            Self::SettledByDebtor | Self::SettledByCreditor => StatusMeaning::Settled,
            Self::Rejected | Self::Canceled => StatusMeaning::Refused,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_is_known_by_its_code_to_the_letter() {
        for status in BankStatus::all() {
            assert_eq!(BankStatus::parse(status.code()), Some(status));
        }
        for text in ["", "acsc", "ACSC ", "PAID", "WHAT", "ACSCX"] {
            assert_eq!(BankStatus::parse(text), None, "{text}");
        }
    }

    #[test]
    fn only_four_codes_are_final() {
        let codes = |meaning| -> Vec<_> {
            BankStatus::all().filter(|status| status.meaning() == meaning).map(BankStatus::code).collect()
        };
        assert_eq!(codes(StatusMeaning::Settled), ["ACSC", "ACCC"]);
        assert_eq!(codes(StatusMeaning::Refused), ["RJCT", "CANC"]);
        assert_eq!(
            codes(StatusMeaning::Accepted),
            ["RCVD", "PDNG", "ACTC", "ACCP", "ACFC", "ACSP", "PATC", "ACWC", "ACWP"]
        );
    }
}
