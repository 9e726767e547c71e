use facts::text;

use crate::Failure;

/// Random bytes of the operating system.
pub fn random<const N: usize>() -> Result<[u8; N], Failure> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|error| {
        Failure::prevented(
            text!("系统没有给出随机数：{error}", "the system gave no random bytes: {error}"),
            text!("稍后再试；仍然如此，重启计算机", "try again later; if it stays so, restart the computer"),
        )
    })?;
    Ok(bytes)
}
