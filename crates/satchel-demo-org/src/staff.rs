//! The people who can sign in; their ids are the same in every organisation.

use clap::ValueEnum;
use uuid::Uuid;

/// The directory that the authority speaks for.
pub(crate) const TENANT: Uuid = Uuid::from_u128(0x7d1c_4b52_93aa_4e0f_8a36_5c21_f09e_b7d4);
pub(crate) const ORGANISATION: Uuid = Uuid::from_u128(0x2f6e_08c1_5b9d_4a77_b1e4_90c3_6a2d_f815);
pub(crate) const BUSINESS_UNIT: Uuid = Uuid::from_u128(0x94b0_7e33_c218_4d6a_9f05_e8d1_4427_3ba6);
pub(crate) const DOMAIN: &str = "brightwater.example";
pub(crate) const COMPANY: &str = "Brightwater Instruments";

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum User {
    Admin,
    Manager,
    Salesperson,
}

/// One who signs in.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Person {
    pub(crate) id: Uuid,
    /// The id in the directory, which tokens carry.
    pub(crate) object_id: Uuid,
    pub(crate) first: &'static str,
    pub(crate) last: &'static str,
    pub(crate) title: &'static str,
    pub(crate) mailbox: &'static str,
}

impl User {
    pub(crate) const ALL: [Self; 3] = [Self::Admin, Self::Manager, Self::Salesperson];

    pub(crate) const fn person(self) -> Person {
        match self {
            Self::Admin => Person {
                id: Uuid::from_u128(0x0e5b_6c41_7d20_4f38_a9c7_31f4_8b06_d25e),
                object_id: Uuid::from_u128(0x6a91_e7f0_2c4d_4b85_9d13_78ae_05cb_f346),
                first: "Tomasz",
                last: "Wrona",
                title: "CRM Administrator",
                mailbox: "tomasz.wrona",
            },
            Self::Manager => Person {
                id: Uuid::from_u128(0xb83d_290f_4e61_4c17_8f5a_d60e_1972_ac4b),
                object_id: Uuid::from_u128(0xc50f_8d36_b1e9_4270_ae48_2913_f7d6_508c),
                first: "Ingrid",
                last: "Solheim",
                title: "Sales Manager",
                mailbox: "ingrid.solheim",
            },
            Self::Salesperson => Person {
                id: Uuid::from_u128(0x5c72_f1a8_06d3_4e9b_b264_8ef0_3d15_97a1),
                object_id: Uuid::from_u128(0x1f48_ba67_e305_4d92_86b1_c97a_40e2_5d38),
                first: "Clara",
                last: "Whitmore",
                title: "Account Executive",
                mailbox: "clara.whitmore",
            },
        }
    }

    /// The user whom a token names.
    pub(crate) fn by_object_id(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|user| user.person().object_id.to_string() == id)
    }

    /// The user whom a `login_hint` names.
    pub(crate) fn by_address(address: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|user| user.person().address().eq_ignore_ascii_case(address))
    }
}

impl Person {
    pub(crate) fn name(&self) -> String {
        format!("{} {}", self.first, self.last)
    }

    pub(crate) fn address(&self) -> String {
        format!("{}@{DOMAIN}", self.mailbox)
    }
}
