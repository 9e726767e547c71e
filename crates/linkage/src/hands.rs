use std::sync::Mutex;

/// Runs the tasks 0 to n, each once, in whatever order and on however many threads.
pub type Runner<'a> = dyn Fn(usize, &(dyn Fn(usize) + Sync)) + Sync + 'a;

/// Who does the work: one after the other, or a [`Runner`] that the caller brings, since this crate starts no threads. What comes out
/// is the same to the byte.
///
/// ```
/// use linkage::Hands;
/// let two = |n: usize, task: &(dyn Fn(usize) + Sync)| std::thread::scope(|scope| {
///     scope.spawn(|| (0..n).step_by(2).for_each(task));
///     (1..n).step_by(2).for_each(task);
/// });
/// assert_eq!(Hands::of(&two).each(5, |n| n * n), Hands::ONE.each(5, |n| n * n));
/// ```
#[derive(Clone, Copy)]
pub struct Hands<'a>(Option<&'a Runner<'a>>);

impl<'a> Hands<'a> {
    /// One task after the other.
    pub const ONE: Hands<'a> = Hands(None);

    pub fn of(runner: &'a Runner<'a>) -> Hands<'a> {
        Hands(Some(runner))
    }

    /// What each task gives, in order of the tasks.
    pub fn each<T: Send>(self, n: usize, task: impl Fn(usize) -> T + Sync) -> Vec<T> {
        let Some(run) = self.0.filter(|_| n > 1) else { return (0..n).map(task).collect() };
        let slots: Vec<Mutex<Option<T>>> = (0..n).map(|_| Mutex::new(None)).collect();
        run(n, &|at| {
            let Some(slot) = slots.get(at) else { return };
            let result = task(at);
            *slot.lock().unwrap_or_else(|broken| broken.into_inner()) = Some(result);
        });
        let taken = slots.into_iter().map(|slot| slot.into_inner().unwrap_or_else(|broken| broken.into_inner()));
        // A runner that left a task out has it done here.
        taken.enumerate().map(|(at, result)| result.unwrap_or_else(|| task(at))).collect()
    }
}

impl Default for Hands<'_> {
    fn default() -> Self {
        Hands::ONE
    }
}

impl std::fmt::Debug for Hands<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(if self.0.is_some() { "Hands::of(..)" } else { "Hands::ONE" })
    }
}
