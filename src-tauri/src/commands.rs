//! The contract as Tauri commands: each passes its request on, and nothing else.

use satchel_app::requests::*;
use tauri::{State, ipc::Invoke};

use crate::face::Face;

macro_rules! commands {
    ($($command:ident($request:ident) -> $reply:ident;)*) => {
        $(
            #[tauri::command]
            pub(crate) async fn $command(face: State<'_, Face>, request: $request) -> Result<$reply, CommandError> {
                face.app().await?.$command(request).await
            }
        )*

        pub(crate) fn handler() -> impl Fn(Invoke) -> bool + Send + Sync + 'static {
            tauri::generate_handler![$($command),*]
        }
    };
}

satchel_app::contract!(commands);
