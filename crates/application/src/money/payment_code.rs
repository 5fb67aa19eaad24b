//! The step-up code of a payment: drawn, bound to amount, payee and transfer, and sent by SMS, also again.

use crate::{kernel::Kernel, money::transfer_rules::TransferRules, verification::draw_code::draw_code};
use chrono::{DateTime, Utc};
use domain::{
    ids::{MessageId, TransferId, VerificationId},
    locale::Locale,
    message::Channel,
    messaging::conversation::{Arg, Text},
    money::{
        transaction_digest::transfer_digest,
        transfer::{Transfer, TransferStatus},
    },
    phone::PhoneNumber,
    principal::Principal,
    verification::{
        SendRefusal,
        otp::{Purpose, SendLimit},
    },
};
use ports::{
    crypto::{CodeContext, CodeHasher},
    messaging::{Lane, NewOutbound, message_channel::OutboundMessage, texts::Texts},
    money::Ledger,
    store_error::StoreResult,
    verification::{BeginResend, OwnCode, OwnSend, StartOutcome, Verifications},
};
use std::sync::Arc;

/// Draws the codes of payments.
pub struct PaymentCodes {
    hasher: Arc<dyn CodeHasher>,
    texts: Arc<dyn Texts>,
    kernel: Kernel,
    rules: Arc<TransferRules>,
}

impl PaymentCodes {
    /// Builds it from the hasher of codes, and the texts of the message that brings one.
    #[must_use]
    pub fn new(
        hasher: Arc<dyn CodeHasher>,
        texts: Arc<dyn Texts>,
        kernel: Kernel,
        rules: Arc<TransferRules>,
    ) -> Self {
        Self { hasher, texts, kernel, rules }
    }

    /// A new code for a transfer, and the SMS with it. Chats run over WhatsApp or Telegram, so an SMS is another
    /// channel. `None`: no channel account sends such codes.
    pub(crate) fn draw(
        &self,
        transfer: &Transfer,
        verification: VerificationId,
        phone: &PhoneNumber,
        locale: Locale,
        expires_at: DateTime<Utc>,
    ) -> Option<OwnSend> {
        let channel_account = self.rules.code_account.clone()?;
        let mut salt = [0; 16];
        self.kernel.random.fill(&mut salt);
        let code = draw_code(self.kernel.random.as_ref());
        let digest = transfer_digest(transfer);
        let context = CodeContext {
            verification,
            salt,
            purpose: Purpose::Transfer,
            destination: phone.e164().to_owned(),
            transaction_digest: digest,
        };
        let text = Text {
            id: "code-for-transfer",
            args: vec![
                ("code", Arg::Text(code.clone())),
                ("amount", Arg::Text(transfer.amount.grouped())),
                ("destination", Arg::Text(transfer.destination.masked())),
            ],
        };
        let message = OutboundMessage::plain(
            MessageId(self.kernel.new_id()),
            Channel::Sms,
            phone.e164().to_owned(),
            self.texts.render(locale, &text),
        );
        Some(OwnSend {
            code: OwnCode { salt, mac: self.hasher.hash(&context, &code), transaction_digest: digest },
            message: NewOutbound { message, channel_account, lane: Lane::Code, expires_at, client: None },
            fallback: Vec::new(),
        })
    }
}

/// Sends the code of a waiting payment again: a new code, with the check attempts that are left.
pub struct ResendPaymentCode {
    ledger: Arc<dyn Ledger>,
    verifications: Arc<dyn Verifications>,
    codes: Arc<PaymentCodes>,
    kernel: Kernel,
    rules: Arc<TransferRules>,
}

/// What became of the request for another code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PaymentCodeResent {
    /// A new code is in the outbox.
    Sent(VerificationId, Channel),
    /// The cooldown has not passed. The code may be sent again at that time.
    TooSoon(VerificationId, DateTime<Utc>),
    /// Too many codes were sent. The next one may go out at that time.
    TooMany(DateTime<Utc>),
    /// The number is locked until that time.
    Locked(DateTime<Utc>),
    /// No payment of this caller waits for a code.
    Gone,
}

impl ResendPaymentCode {
    /// Builds the use case from the ports that it needs.
    #[must_use]
    pub fn new(
        ledger: Arc<dyn Ledger>,
        verifications: Arc<dyn Verifications>,
        codes: Arc<PaymentCodes>,
        kernel: Kernel,
        rules: Arc<TransferRules>,
    ) -> Self {
        Self { ledger, verifications, codes, kernel, rules }
    }

    /// Sends a new code for the caller's payment. `effect_key`: the same key again is the same send.
    #[tracing::instrument(name = "resend_payment_code", level = "debug", skip_all, fields(%transfer))]
    pub async fn run(
        &self,
        caller: &Principal,
        transfer: TransferId,
        locale: Locale,
        effect_key: Option<String>,
    ) -> StoreResult<PaymentCodeResent> {
        let found = self.ledger.find_transfer(transfer).await?.filter(|found| found.caller == *caller);
        let Some(transfer) = found.filter(|found| found.status == TransferStatus::PendingVerification) else {
            return Ok(PaymentCodeResent::Gone);
        };
        let Some(verification) = transfer.verification else { return Ok(PaymentCodeResent::Gone) };
        let challenge = self.verifications.find(verification).await?;
        let open = challenge.filter(|challenge| challenge.challenge.is_open(self.kernel.now()));
        let Some((phone, expires_at)) =
            open.and_then(|open| open.to.phone().cloned().map(|phone| (phone, open.challenge.expires_at)))
        else {
            return Ok(PaymentCodeResent::Gone);
        };
        let Some(own) = self.codes.draw(&transfer, verification, &phone, locale, expires_at) else {
            return Ok(PaymentCodeResent::Gone);
        };
        let channel = own.message.message.channel;
        let request = BeginResend {
            verification,
            channel,
            locale,
            fallback: Vec::new(),
            effect_key,
            own: Some(own),
            policy: self.rules.code_policy,
        };
        Ok(match self.verifications.begin_resend(&request, self.kernel.now()).await? {
            StartOutcome::Started(_) | StartOutcome::Repeated(_) | StartOutcome::Open(_) => {
                PaymentCodeResent::Sent(verification, channel)
            }
            StartOutcome::Refused(SendRefusal::Limited(SendLimit::Cooldown, at)) => {
                PaymentCodeResent::TooSoon(verification, at)
            }
            StartOutcome::Refused(SendRefusal::Locked(until)) => PaymentCodeResent::Locked(until),
            StartOutcome::Refused(refusal) => PaymentCodeResent::TooMany(refusal.until()),
        })
    }
}
