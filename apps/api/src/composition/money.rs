//! Builds the use cases of money.

use super::Foundation;
use crate::{config::Settings, stores::Stores};
use adapter_crypto::HmacCodeHasher;
use adapter_locales::BuiltInTexts;
use application::{
    kernel::Kernel,
    money::{
        cancel_transfer::CancelTransfer,
        confirm_transfer::ConfirmTransfer,
        open_demo::open_demo,
        open_wallet::OpenWallet,
        prepare_transfer::PrepareTransfer,
        receiving::Receiving,
        reverse_transfer::ReverseTransfer,
        statement::Statements,
        submit_transfer::{SubmitTransfer, SubmitTransferParts, TransferRules},
        wallets::Wallets,
    },
};
use domain::{channel_account::ChannelAccount, phone::PhoneNumber};
use std::sync::Arc;

/// The demo person's number.
const DEMO_PHONE: &str = "+521234567890";

/// The use cases of money.
pub(crate) struct Money {
    pub(crate) settings: Arc<Settings>,
    pub(crate) kernel: Kernel,
    pub(crate) wallets: Wallets,
    pub(crate) open_wallet: Arc<OpenWallet>,
    pub(crate) statements: Statements,
    pub(crate) prepare: Arc<PrepareTransfer>,
    pub(crate) submit: Arc<SubmitTransfer>,
    pub(crate) confirm: Arc<ConfirmTransfer>,
    pub(crate) cancel: Arc<CancelTransfer>,
    pub(crate) reverse: Arc<ReverseTransfer>,
    pub(crate) receiving: Arc<Receiving>,
    rules: Arc<TransferRules>,
    store: Arc<dyn Stores>,
}

impl Money {
    /// Builds them. Step-up codes go out from `sms_account`, if there is one.
    pub(super) fn build(base: &Foundation, sms_account: Option<ChannelAccount>) -> Self {
        let Foundation { settings, store, kernel } = base;
        let rules = Arc::new(transfer_rules(settings, sms_account));
        let hasher = Arc::new(HmacCodeHasher::new(&settings.hmac_secret));
        let prepare = PrepareTransfer::new(
            store.clone(),
            store.clone(),
            settings.default_region,
            kernel.clone(),
            rules.clone(),
        );
        let submit = SubmitTransferParts {
            ledger: store.clone(),
            identities: store.clone(),
            hasher: hasher.clone(),
            texts: Arc::new(BuiltInTexts),
        };
        let confirm =
            ConfirmTransfer::new(store.clone(), store.clone(), hasher, kernel.clone(), rules.clone());
        Self {
            settings: settings.clone(),
            kernel: kernel.clone(),
            wallets: Wallets::new(store.clone(), settings.default_currency),
            open_wallet: Arc::new(OpenWallet::new(store.clone(), kernel.clone())),
            statements: Statements::new(store.clone(), settings.default_time_zone, kernel.clone()),
            prepare: Arc::new(prepare),
            submit: Arc::new(SubmitTransfer::new(submit, kernel.clone(), rules.clone())),
            confirm: Arc::new(confirm),
            cancel: Arc::new(CancelTransfer::new(store.clone(), kernel.clone())),
            reverse: Arc::new(ReverseTransfer::new(store.clone(), kernel.clone())),
            receiving: Arc::new(Receiving::new(store.clone(), kernel.clone())),
            rules,
            store: store.clone(),
        }
    }

    /// Creates the demo person, if there is none yet.
    pub(crate) async fn open_demo(&self) -> Result<(), String> {
        let phone = PhoneNumber::parse_international(DEMO_PHONE).map_err(|fault| fault.to_string())?;
        let (identities, ledger) = (self.store.as_ref(), self.store.as_ref());
        open_demo(identities, ledger, &self.kernel, &self.rules, phone)
            .await
            .map_err(|fault| fault.to_string())
    }
}

fn transfer_rules(settings: &Settings, code_account: Option<ChannelAccount>) -> TransferRules {
    TransferRules {
        step_up_from: settings.transfer_2fa_threshold,
        limits: settings.limits,
        zone: settings.default_time_zone,
        code_policy: settings.otp,
        code_account,
        default_locale: settings.default_locale,
    }
}
