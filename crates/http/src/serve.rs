use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;

use app::Failure;
use axum::Router;
use axum::middleware;
use axum::routing::get;
use facts::{Text, text};
use tokio::net::TcpListener;
use tokio::runtime::{Builder, Runtime};

use crate::connection::Connections;
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
}

/// Takes an address for the console of a home. `packs` are further folders of packs, `names` the host names under which it
/// may be reached beside numbers and `localhost`. Port 0 takes any that is free.
pub fn bind(home: PathBuf, packs: Vec<PathBuf>, at: SocketAddr, names: Vec<String>) -> Result<Serving, Failure> {
    let cores = std::thread::available_parallelism().map_or(2, usize::from);
    // Files and computing go to the blocking threads; few suffice, and each costs memory.
    let runtime =
        Builder::new_multi_thread().worker_threads(cores.clamp(1, 4)).max_blocking_threads(cores + 12).enable_all().build();
    let runtime = runtime.map_err(|error| no_address(at, &error))?;
    let listener = runtime.block_on(TcpListener::bind(at)).map_err(|error| no_address(at, &error))?;
    let address = listener.local_addr().map_err(|error| no_address(at, &error))?;
    let server = Arc::new(Server::new(home, packs)?);
    let work = server.work_now();
    runtime.spawn_blocking(move || work.prepare());
    Ok(Serving { runtime, listener, router: router(server, names), address })
}

impl Serving {
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Why this address was chosen, or what it means that another was.
    pub fn words(&self) -> Text {
        let at = self.address.ip();
        if at.is_loopback() {
            text!(
                "只有本机能访问（监听 {at}）：系统没有登录，听在别的地址上，同一网络里的人都能看到数据、导入文件。要让别人访问，加上 --bind 地址",
                "only this machine can reach it (it listens on {at}): there is no login, and on another address everybody in the network could see the data and import files. To let others in, add --bind ADDRESS"
            )
        } else {
            text!(
                "注意：监听 {at}，能连到这台机器的人不用登录就能看到数据、导入文件。只应在可信的内网中这样用，或放在带登录的反向代理之后",
                "note: it listens on {at}; whoever can reach this machine sees the data and can import files without a login. Do so only in a trusted network, or behind a proxy with a login"
            )
        }
    }

    /// Answers until it is told to end: Ctrl-C, or the system's word.
    pub fn run(self) -> Result<(), Failure> {
        self.run_until(told_to_end())
    }

    /// Answers until `end` is there.
    pub fn run_until(self, end: impl Future<Output = ()> + Send + 'static) -> Result<(), Failure> {
        let Serving { runtime, listener, router, address } = self;
        let served = runtime.block_on(async move {
            let served = axum::serve(Connections::new(listener), router);
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
    api.fallback(pages::page).layer(middleware::from_fn_with_state(Arc::new(Names(names)), guard)).with_state(server)
}

async fn nothing() -> Refusal {
    Refusal::no_such_page()
}

async fn told_to_end() {
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

fn no_address(at: SocketAddr, error: &std::io::Error) -> Failure {
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
