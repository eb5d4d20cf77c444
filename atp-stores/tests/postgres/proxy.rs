//! A way to the server on which answers are lost.

use super::bench::Server;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;

#[derive(Clone, Default)]
pub struct Proxy {
    unwanted: Arc<Mutex<Option<&'static str>>>,
    lost: Arc<AtomicUsize>,
    cut: Arc<Notify>,
}

impl Proxy {
    /// Stores reach the server by way of it from now on.
    pub async fn before(server: &mut Server) -> Proxy {
        let (begins, rest) = server.address.split_once('@').unwrap();
        let (target, ends) = rest.split_once('/').unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let own = listener.local_addr().unwrap();
        let (target, address) = (target.to_owned(), format!("{begins}@{own}/{ends}"));
        server.address = address;
        let proxy = Proxy::default();
        let serving = proxy.clone();
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let server = TcpStream::connect(&target).await.unwrap();
                tokio::spawn(serving.clone().carry(client, server));
            }
        });
        proxy
    }

    /// The next answer that says this is lost, and the connection with it.
    pub fn lose(&self, tag: &'static str) {
        *self.unwanted.lock().unwrap() = Some(tag);
    }

    /// Ends all connections.
    pub fn cut(&self) {
        self.cut.notify_waiters();
    }

    /// How many answers were lost.
    pub fn lost(&self) -> usize {
        self.lost.load(Ordering::SeqCst)
    }

    async fn carry(self, mut client: TcpStream, mut server: TcpStream) {
        let (mut from_client, mut to_client) = client.split();
        let (mut from_server, mut to_server) = server.split();
        let answers = async {
            let mut bytes = vec![0; 1 << 16];
            while let Ok(length @ 1..) = from_server.read(&mut bytes).await {
                if self.is_unwanted(&bytes[..length]) {
                    self.lost.fetch_add(1, Ordering::SeqCst);
                    return;
                }
                if to_client.write_all(&bytes[..length]).await.is_err() {
                    return;
                }
            }
        };
        tokio::select! {
            () = answers => {}
            () = self.cut.notified() => {}
            _ = tokio::io::copy(&mut from_client, &mut to_server) => {}
        }
    }

    fn is_unwanted(&self, bytes: &[u8]) -> bool {
        let mut unwanted = self.unwanted.lock().unwrap();
        let found =
            unwanted.is_some_and(|tag| bytes.windows(tag.len()).any(|window| window == tag.as_bytes()));
        if found {
            *unwanted = None;
        }
        found
    }
}
