//! An object store in memory that loses answers and requests, and counts.

use async_trait::async_trait;
use futures::stream::BoxStream;
use object_store::memory::InMemory;
use object_store::path::Path;
use object_store::{
    CopyOptions, Error, GetOptions, GetResult, ListResult, MultipartUpload, ObjectMeta, ObjectStore,
    PutMultipartOptions, PutOptions, PutPayload, PutResult, Result,
};
use std::sync::Mutex;

#[derive(Debug, Default)]
pub struct Faulty {
    pub inner: InMemory,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    requests: u32,
    bytes: usize,
    puts: u32,
    /// The put of this number takes place, and its answer is lost.
    lost: Option<u32>,
    /// From the put of this number on, none takes place.
    fails: Option<u32>,
    /// Changes of a head by whoever holds it already fail.
    paused: bool,
}

fn broken() -> Error {
    Error::Generic { store: "faulty", source: "the connection was reset".into() }
}

impl Faulty {
    /// From now on, of the puts that come.
    pub fn lose_answer(&self, put: u32) {
        let mut state = self.state.lock().unwrap();
        state.puts = 0;
        state.lost = Some(put);
    }

    /// Likewise.
    pub fn fail_from(&self, put: u32) {
        let mut state = self.state.lock().unwrap();
        state.puts = 0;
        state.fails = Some(put);
    }

    /// Whether heads that only get another time of expiry fail.
    pub fn pause_renewals(&self, paused: bool) {
        self.state.lock().unwrap().paused = paused;
    }

    /// All objects.
    pub fn names(&self) -> Vec<Path> {
        let listed =
            futures::executor::block_on(futures::TryStreamExt::try_collect::<Vec<_>>(self.inner.list(None)));
        let mut names: Vec<Path> = listed.unwrap().into_iter().map(|meta| meta.location).collect();
        names.sort_by_key(|path| (path.as_ref().contains("snapshots"), path.clone()));
        names
    }

    /// Requests, and bytes that were put.
    pub fn traffic(&self) -> (u32, usize) {
        let state = self.state.lock().unwrap();
        (state.requests, state.bytes)
    }

    fn count(&self) {
        self.state.lock().unwrap().requests += 1;
    }
}

impl std::fmt::Display for Faulty {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("faulty")
    }
}

#[async_trait]
impl ObjectStore for Faulty {
    async fn put_opts(&self, location: &Path, payload: PutPayload, opts: PutOptions) -> Result<PutResult> {
        let (lost, failed) = {
            let mut state = self.state.lock().unwrap();
            state.requests += 1;
            state.bytes += payload.content_length();
            state.puts += 1;
            let renewal = location.filename() == Some("head.json") && contains(&payload, b"anna");
            let failed = state.fails.is_some_and(|from| state.puts >= from) || (state.paused && renewal);
            (state.lost == Some(state.puts), failed)
        };
        if failed {
            return Err(broken());
        }
        let put = self.inner.put_opts(location, payload, opts).await;
        if lost { Err(broken()) } else { put }
    }

    async fn put_multipart_opts(
        &self,
        location: &Path,
        opts: PutMultipartOptions,
    ) -> Result<Box<dyn MultipartUpload>> {
        self.inner.put_multipart_opts(location, opts).await
    }

    async fn get_opts(&self, location: &Path, options: GetOptions) -> Result<GetResult> {
        self.count();
        self.inner.get_opts(location, options).await
    }

    fn delete_stream(&self, locations: BoxStream<'static, Result<Path>>) -> BoxStream<'static, Result<Path>> {
        self.count();
        self.inner.delete_stream(locations)
    }

    fn list(&self, prefix: Option<&Path>) -> BoxStream<'static, Result<ObjectMeta>> {
        self.count();
        self.inner.list(prefix)
    }

    async fn list_with_delimiter(&self, prefix: Option<&Path>) -> Result<ListResult> {
        self.count();
        self.inner.list_with_delimiter(prefix).await
    }

    async fn copy_opts(&self, from: &Path, to: &Path, options: CopyOptions) -> Result<()> {
        self.inner.copy_opts(from, to, options).await
    }
}

fn contains(payload: &PutPayload, text: &[u8]) -> bool {
    let bytes: Vec<u8> = payload.iter().flatten().copied().collect();
    bytes.windows(text.len()).any(|window| window == text)
}
