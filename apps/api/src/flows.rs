//! Loads the flows at start: reads and checks them, keeps their versions, and adds the versions of before.

use crate::{config::Settings, stores::Stores};
use adapter_flows::{Complaint, FlowLibrary};
use application::error_chain::describe;
use chrono::{DateTime, Utc};
use domain::messaging::flow::{Flow, FlowRegistry};
use ports::messaging::{FlowVersion, KeptVersions};
use std::sync::Arc;
use thiserror::Error;

/// Why the server can't start with its flows.
#[derive(Debug, Error)]
pub(crate) enum FlowsError {
    /// The flow files have errors.
    #[error("these flows have errors:\n{}", lines(.0))]
    Wrong(Vec<Complaint>),
    /// A version was changed that people may be answering.
    #[error("flow {flow} differs from the version {version} that is kept: a change needs a higher version")]
    Changed {
        /// The flow's name.
        flow: String,
        /// The version that differs.
        version: u32,
    },
    /// `DEFAULT_FLOW` names a flow that isn't loaded.
    #[error("DEFAULT_FLOW: there is no flow {name}; there are {known}")]
    NoDefault {
        /// The name in the setting.
        name: String,
        /// The names of the flows that are loaded.
        known: String,
    },
    /// The versions can't be read or written.
    #[error("the flows can't be stored (was the database migrated?): {0}")]
    Store(String),
}

fn lines(complaints: &[Complaint]) -> String {
    complaints.iter().map(|complaint| format!("  {complaint}")).collect::<Vec<_>>().join("\n")
}

/// Reads the flow files; nothing is stored yet.
pub(crate) fn read(settings: &Settings) -> Result<FlowLibrary, FlowsError> {
    let library = adapter_flows::load(settings.flows_dir.as_deref()).map_err(FlowsError::Wrong)?;
    let registry = &library.registry;
    if let Some(missing) = settings.default_flows.flows().find(|name| registry.newest(name).is_none()) {
        let known: Vec<&str> = registry.all_newest().into_iter().map(|flow| flow.id().as_str()).collect();
        return Err(FlowsError::NoDefault { name: missing.to_string(), known: known.join(", ") });
    }
    Ok(library)
}

/// Stores the flows' versions, and adds the earlier ones that people may have begun with.
pub(crate) async fn open(
    library: FlowLibrary,
    store: &dyn Stores,
    now: DateTime<Utc>,
) -> Result<Arc<FlowRegistry>, FlowsError> {
    let failed = |fault: ports::store_error::StoreError| FlowsError::Store(describe(&fault));
    if let KeptVersions::Changed(changed) =
        store.keep_versions(&library.versions, now).await.map_err(failed)?
        && let Some((flow, version)) = changed.first()
    {
        return Err(FlowsError::Changed { flow: flow.to_string(), version: *version });
    }
    let kept = store.versions().await.map_err(failed)?;
    let earlier = kept.iter().filter(|kept| !library.versions.contains(kept)).filter_map(read_again);
    Ok(Arc::new(library.registry.with_earlier_versions(earlier)))
}

/// Reads a kept version. If it can't be read any more, only people in it are affected: it is left out with a
/// warning.
fn read_again(version: &FlowVersion) -> Option<Flow> {
    let read = adapter_flows::read_version(version);
    read.map_err(|complaints| {
        let error = complaints.first().map(ToString::to_string).unwrap_or_default();
        tracing::warn!(flow = %version.flow, version = version.version, error, "a kept flow can't be read");
    })
    .ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        config::DatabaseAddress,
        stores::{self, Opening},
    };
    use adapter_crypto::{AeadSealer, HmacAuditSealer, Keyring, RingRandom};
    use domain::messaging::flow::Slug;
    use std::{fs, path::Path};

    const SURVEY: &str = include_str!("../tests/it/greeter.toml");

    async fn store(folder: &Path) -> Arc<dyn Stores> {
        let keys = Keyring::parse(&"k".repeat(32)).unwrap();
        let sealer = Arc::new(AeadSealer::new(&keys, Arc::new(RingRandom::default())));
        let address = DatabaseAddress::Sqlite(folder.join("v.db").display().to_string());
        let opening = Opening { must_exist: false, pool_size: 1, statement_cache: true, serves: false };
        let audit = Arc::new(HmacAuditSealer::new(&keys));
        let store = stores::open(&address, opening, sealer, audit, None).await.unwrap();
        store.migrate().await.unwrap();
        store
    }

    async fn start_with(
        survey: &str,
        folder: &Path,
        store: &dyn Stores,
    ) -> Result<Arc<FlowRegistry>, String> {
        fs::write(folder.join("survey.toml"), survey).unwrap();
        let library = adapter_flows::load(Some(folder)).map_err(|faults| format!("{faults:?}"))?;
        open(library, store, DateTime::UNIX_EPOCH).await.map_err(|fault| fault.to_string())
    }

    #[tokio::test]
    async fn a_version_stays_available_and_is_never_changed() {
        let temporary = tempfile::tempdir().unwrap();
        let folder = temporary.path();
        let store = store(folder).await;
        let (id, newer) = (Slug::parse("greeter").unwrap(), SURVEY.replace("version = 1", "version = 2"));
        for survey in [SURVEY, SURVEY, &newer] {
            start_with(survey, folder, store.as_ref()).await.unwrap();
        }
        let registry = start_with(&newer, folder, store.as_ref()).await.unwrap();
        assert_eq!(registry.newest(&id).unwrap().version(), 2);
        assert_eq!(registry.find(&id, 1).unwrap().version(), 1, "for people who began with it");
        let refused = start_with(&newer.replace("Gracias", "Adiós"), folder, store.as_ref()).await;
        assert_eq!(
            refused.unwrap_err(),
            "flow greeter differs from the version 2 that is kept: a change needs a higher version"
        );
    }
}
