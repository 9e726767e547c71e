use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;

use app::Failure;
use axum::Router;
use axum::middleware;
use axum::routing::get;
use facts::{Text, text};
use tokio::net::{TcpListener, TcpSocket};
use tokio::runtime::{Builder, Runtime};

use crate::connection::Connections;
use crate::gate::{Peer, gate};
use crate::guard::{Names, guard};
use crate::refusal::Refusal;
use crate::server::Server;
use crate::{api, pages};

/// A server that has its address and does not answer yet.
pub struct Serving {
    runtime: Runtime,
    listener: TcpListener,
    router: Router,
    address: SocketAddr,
    /// The page of the public at an address of its own.
    public: Option<(TcpListener, Router, SocketAddr)>,
    asks: bool,
    demo: bool,
}

/// How a home is served.
#[derive(Debug, Clone, Default)]
pub struct Setting {
    /// Further folders of packs.
    pub packs: Vec<PathBuf>,
    /// Host names under which it may be reached, beside numbers and `localhost`.
    pub names: Vec<String>,
    /// Where cases and accounts are kept; in the home where it is not given.
    pub store: Option<String>,
    /// Whether a proxy stands before it, which speaks TLS to the others.
    pub behind_proxy: bool,
    /// A port at which the page of the public answers, and nothing else; 0 takes any that is free.
    pub report_port: Option<u16>,
}

/// Takes an address for the console of a home. Port 0 takes any that is free. Beyond this machine it answers only where
/// there are accounts, and only behind a proxy that speaks TLS: passwords would travel in the open.
pub fn bind(home: PathBuf, at: SocketAddr, setting: Setting) -> Result<Serving, Failure> {
    let Setting { packs, names, store, behind_proxy, report_port } = setting;
    let server = Arc::new(Server::new(home, packs, store, behind_proxy)?);
    let (asks, demo) = server.asks_for_login()?;
    if !at.ip().is_loopback() {
        may_leave_this_machine(at.ip(), asks, demo, behind_proxy)?;
    }
    let cores = std::thread::available_parallelism().map_or(2, usize::from);
    // Files and computing go to the blocking threads; few suffice, and each costs memory.
    let runtime =
        Builder::new_multi_thread().worker_threads(cores.clamp(1, 4)).max_blocking_threads(cores + 12).enable_all().build();
    let runtime = runtime.map_err(|error| no_address(at, &error))?;
    let take = |at: SocketAddr| -> Result<(TcpListener, SocketAddr), Failure> {
        let listener = runtime.block_on(async { listen(at) }).map_err(|error| no_address(at, &error))?;
        let address = listener.local_addr().map_err(|error| no_address(at, &error))?;
        Ok((listener, address))
    };
    let (listener, address) = take(at)?;
    let public = match report_port {
        Some(port) => {
            let (listener, address) = take(SocketAddr::new(at.ip(), port))?;
            Some((listener, public_router(server.clone(), names.clone()), address))
        }
        None => None,
    };
    let work = server.work_now();
    runtime.spawn_blocking(move || work.prepare());
    Ok(Serving { runtime, listener, router: router(server, names), address, public, asks, demo })
}

/// Readers who may wait to be let in. With the usual 128 some of an office that opens the console at once would wait a whole
/// second, until their system asks again.
const QUEUE: u32 = 1_024;

fn listen(at: SocketAddr) -> std::io::Result<TcpListener> {
    let socket = if at.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
    // A server that is started again takes its address over at once.
    #[cfg(unix)]
    socket.set_reuseaddr(true)?;
    socket.bind(at)?;
    socket.listen(QUEUE)
}

fn may_leave_this_machine(ip: IpAddr, asks: bool, demo: bool, behind_proxy: bool) -> Result<(), Failure> {
    let what = text!("不能监听 {ip}", "it does not listen on {ip}");
    if !asks {
        return Err(Failure::wrong_use(
            text!(
                "不能监听 {ip}：没有账号，网络里的人不用登录就能看到数据",
                "it does not listen on {ip}: there are no accounts, and everybody in the network would see the data without a login"
            ),
            text!(
                "先建账号：junheng users add 账号 --name 姓名 --role 角色 --unit 代码 --login",
                "make accounts first: junheng users add ID --name NAME --role ROLE --unit CODE --login"
            ),
        ));
    }
    if demo {
        return Err(Failure::wrong_use(
            text!(
                "不能监听 {ip}：这是演示数据目录，谁都可以不用口令登录",
                "it does not listen on {ip}: this home was made for showing, and lets everybody in without a password"
            ),
            text!("真实数据用另一个目录（--home）", "use another home for real data (--home)"),
        ));
    }
    if !behind_proxy {
        let Text { zh, en } = what;
        return Err(Failure::wrong_use(
            text!(
                "{zh}：本程序不带 TLS，口令会在网络上明文传输",
                "{en}: it speaks no TLS, and passwords would travel in the open"
            ),
            text!(
                "放在带 TLS 的反向代理（nginx 等）之后，加上 --behind-proxy",
                "put it behind a proxy that speaks TLS (nginx, say), and add --behind-proxy"
            ),
        ));
    }
    Ok(())
}

impl Serving {
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Where the page of the public answers by itself.
    pub fn report_address(&self) -> Option<SocketAddr> {
        self.public.as_ref().map(|(_, _, address)| *address)
    }

    /// Why this address was chosen, or what it means that another was.
    pub fn words(&self) -> Text {
        let at = self.address.ip();
        if self.demo {
            text!(
                "演示数据：打开后选一个角色就能进去，不用口令（监听 {at}，只有本机能访问）",
                "made for showing: choose a role on the first page, no password is wanted (it listens on {at}, this machine only)"
            )
        } else if self.asks {
            text!("要用账号登录（监听 {at}）", "a login is asked for (it listens on {at})")
        } else {
            text!(
                "没有账号，不用登录，所以只有本机能访问（监听 {at}）。要让别人访问，先建账号（junheng users add … --login），再放到带 TLS 的代理之后（--behind-proxy）",
                "there are no accounts, so that no login is asked for and only this machine can reach it (it listens on {at}). To let others in make accounts (junheng users add … --login), then put it behind a proxy with TLS (--behind-proxy)"
            )
        }
    }

    /// Answers until it is told to end: Ctrl-C, or the system's word.
    pub fn run(self) -> Result<(), Failure> {
        self.run_until(told_to_end())
    }

    /// Answers until `end` is there.
    pub fn run_until(self, end: impl Future<Output = ()> + Send + 'static) -> Result<(), Failure> {
        let Serving { runtime, listener, router, address, public, .. } = self;
        let served = runtime.block_on(async move {
            let served = axum::serve(Connections::new(listener), router.into_make_service_with_connect_info::<Peer>());
            if let Some((listener, router, _)) = public {
                let router = router.into_make_service_with_connect_info::<Peer>();
                // It ends with the runtime.
                tokio::spawn(axum::serve(Connections::new(listener), router).into_future());
            }
            // Whoever still holds a connection open then is not waited for.
            tokio::select! {
                served = served => served,
                () = end => Ok(()),
            }
        });
        runtime.shutdown_timeout(std::time::Duration::from_secs(5));
        served.map_err(|error| no_address(address, &error))
    }
}

/// The OpenAPI document of the interface, as JSON.
pub fn openapi() -> String {
    let mut document = api::router().into_openapi();
    document.info.version = env!("CARGO_PKG_VERSION").to_string();
    let mut words = serde_json::to_string_pretty(&document).unwrap_or_default();
    words.push('\n');
    words
}

fn router(server: Arc<Server>, names: Vec<String>) -> Router {
    let (api, _) = api::router().split_for_parts();
    let api = api.route("/api/packs/{*id}", get(api::pack)).route("/api", get(nothing)).route("/api/{*rest}", get(nothing));
    let gated = api.fallback(pages::page).layer(middleware::from_fn_with_state(server.clone(), gate));
    gated.layer(middleware::from_fn_with_state(Arc::new(Names(names)), guard)).with_state(server)
}

/// The page of the public and its three addresses: no console, no login, no data.
fn public_router(server: Arc<Server>, names: Vec<String>) -> Router {
    let (api, _) = api::public().split_for_parts();
    let gated = api.fallback(pages::public_page).layer(middleware::from_fn_with_state(server.clone(), gate));
    gated.layer(middleware::from_fn_with_state(Arc::new(Names(names)), guard)).with_state(server)
}

async fn nothing() -> Refusal {
    Refusal::no_such_page()
}

pub(crate) async fn told_to_end() {
    let interrupted = tokio::signal::ctrl_c();
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminated) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = interrupted => {}
                _ = terminated.recv() => {}
            }
            return;
        }
    }
    // Without a way to be told, it ends when the system ends it.
    if interrupted.await.is_err() {
        std::future::pending::<()>().await;
    }
}

pub(crate) fn no_address(at: SocketAddr, error: &std::io::Error) -> Failure {
    let (ip, port): (IpAddr, u16) = (at.ip(), at.port());
    match error.kind() {
        std::io::ErrorKind::AddrInUse => Failure::wrong_use(
            text!("端口 {port} 已被别的程序占用", "port {port} is taken by another program"),
            text!(
                "换一个：--port 8421；或先结束占用它的程序（也许是另一个 junheng serve）",
                "choose another: --port 8421; or end the program that holds it (another junheng serve?)"
            ),
        ),
        std::io::ErrorKind::AddrNotAvailable | std::io::ErrorKind::PermissionDenied => Failure::wrong_use(
            text!("不能监听 {ip}:{port}：{error}", "cannot listen on {ip}:{port}: {error}"),
            text!(
                "核对 --bind 后的地址是不是本机的；1024 以下的端口需要管理员权限",
                "see whether the address after --bind is this machine's; ports below 1024 need an administrator"
            ),
        ),
        _ => Failure::prevented(
            text!("服务器停止了：{ip}:{port}：{error}", "the server stopped: {ip}:{port}: {error}"),
            text!("重新启动；若再次发生，请报告", "start it again; if it happens again, report it"),
        ),
    }
}
