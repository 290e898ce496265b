//! Codes of certificates that no public source confirms, and limits that a facility decides.

use certificates::driver::{AlcoholAmount, Verdict};
use certificates::{AlcoholLimits, ConclusionCodes, EthnicityCode, FreeText, NationalityCode, Settings};
use serde::{Deserialize, Serialize};

use super::ConfigError;

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct CertificatesConfig {
    /// MA_QUOCTICH of Vietnam, three digits.
    pub vietnam: String,
    /// Other nationalities that forms offer.
    pub nationalities: Vec<NationalityConfig>,
    /// MA_DANTOC of a foreigner, two digits.
    pub foreign_ethnicity: String,
    pub conclusions: ConclusionsConfig,
    pub alcohol_limits: AlcoholLimitsConfig,
    pub driver_record: DriverRecordConfig,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NationalityConfig {
    /// Three digits of Annex 2 of TT 07/2016/TT-BCA.
    pub code: String,
    pub name: String,
}

/// KETLUAN of the driver service.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ConclusionsConfig {
    pub fit: String,
    pub unfit: String,
    pub reexamine: String,
}

/// Above these nobody is fit to drive.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct AlcoholLimitsConfig {
    /// mg in 100 ml.
    pub blood: String,
    /// mg in 1 l.
    pub breath: String,
}

/// What a driver record says of itself.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct DriverRecordConfig {
    /// USERCREATE.
    pub user: String,
    /// STATUS.
    pub status: String,
}

/// The same as values that cannot be wrong.
#[derive(Debug, Clone)]
pub struct CertificateSettings {
    pub codes: Settings,
    /// USERCREATE of a driver record.
    pub record_user: FreeText<100>,
    /// STATUS of a driver record.
    pub record_status: FreeText<20>,
}

impl CertificatesConfig {
    pub fn to_settings(&self) -> Result<CertificateSettings, ConfigError> {
        let nationality = |code: &str| NationalityCode::parse(code).map_err(|_| ConfigError::Nationality);
        let mut nationalities = Vec::with_capacity(self.nationalities.len());
        for NationalityConfig { code, name } in &self.nationalities {
            if name.trim().is_empty() {
                return Err(ConfigError::Nationality);
            }
            nationalities.push((nationality(code)?, name.clone()));
        }
        let ConclusionsConfig { fit, unfit, reexamine } = &self.conclusions;
        let amount = |text: &str| AlcoholAmount::parse(text).ok_or(ConfigError::AlcoholLimit);
        let codes = Settings {
            vietnam: nationality(&self.vietnam)?,
            nationalities,
            foreign_ethnicity: EthnicityCode::parse(&self.foreign_ethnicity).map_err(|_| ConfigError::Ethnicity)?,
            conclusions: ConclusionCodes::new(fit, unfit, reexamine).map_err(|_| ConfigError::Conclusions)?,
            alcohol_limits: AlcoholLimits {
                blood: amount(&self.alcohol_limits.blood)?,
                breath: amount(&self.alcohol_limits.breath)?,
            },
        };
        Ok(CertificateSettings {
            codes,
            record_user: FreeText::parse(&self.driver_record.user).map_err(|_| ConfigError::DriverRecord)?,
            record_status: FreeText::parse(&self.driver_record.status).map_err(|_| ConfigError::DriverRecord)?,
        })
    }
}

/// The best known values, as the crate `certificates` has them.
impl Default for CertificatesConfig {
    fn default() -> Self {
        let Settings { vietnam, foreign_ethnicity, .. } = Settings::default();
        Self {
            vietnam: vietnam.to_string(),
            nationalities: Vec::new(),
            foreign_ethnicity: foreign_ethnicity.to_string(),
            conclusions: ConclusionsConfig::default(),
            alcohol_limits: AlcoholLimitsConfig::default(),
            driver_record: DriverRecordConfig::default(),
        }
    }
}

impl Default for ConclusionsConfig {
    fn default() -> Self {
        let codes = ConclusionCodes::default();
        let code = |verdict| codes.code(verdict).to_owned();
        Self { fit: code(Verdict::Fit), unfit: code(Verdict::Unfit), reexamine: code(Verdict::Reexamine) }
    }
}

impl Default for AlcoholLimitsConfig {
    fn default() -> Self {
        let limits = Settings::default().alcohol_limits;
        Self { blood: limits.blood.to_string(), breath: limits.breath.to_string() }
    }
}

impl Default for DriverRecordConfig {
    fn default() -> Self {
        Self { user: "Tiep Don".to_owned(), status: "1".to_owned() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(change: impl Fn(&mut CertificatesConfig)) -> String {
        let mut config = CertificatesConfig::default();
        change(&mut config);
        config.to_settings().expect_err("refused").to_string()
    }

    #[test]
    fn the_defaults_are_those_of_the_crate_certificates() {
        let settings = CertificatesConfig::default().to_settings().expect("valid");
        let known = Settings::default();
        assert_eq!((settings.codes.vietnam, settings.codes.conclusions), (known.vietnam, known.conclusions));
        assert_eq!(settings.codes.alcohol_limits, known.alcohol_limits);
    }

    #[test]
    fn a_value_that_is_none_is_refused_with_a_sentence_that_says_which() {
        assert!(refused(|config| config.vietnam = "VN".into()).contains("nationality"));
        let unnamed = NationalityConfig { code: "107".into(), name: " ".into() };
        assert!(refused(|config| config.nationalities = vec![unnamed.clone()]).contains("nationality"));
        assert!(refused(|config| config.foreign_ethnicity = "055".into()).contains("foreign_ethnicity"));
        assert!(refused(|config| config.conclusions.unfit = "A0-1".into()).contains("conclusions"));
        assert!(refused(|config| config.alcohol_limits.breath = "-1".into()).contains("alcohol_limits"));
        assert!(refused(|config| config.driver_record.user = "x".repeat(101)).contains("driver_record"));
    }
}
