// A resource as it is generated, for the tests in this folder.
use atp_iac::codec::{Codec, Structure};
use atp_iac::output::Input;
use atp_iac::resource::{Declared, Resource, ResourceType};
use atp_iac::{IntoInput, ResourceId};

/// A network.
pub struct Network;
impl ResourceType for Network {
    const TYPE: &'static str = "Test/networks";
}

/// A subnet.
pub struct Subnet;
impl ResourceType for Subnet {
    const TYPE: &'static str = "Test/networks/subnets";
}

/// A server.
#[derive(Default, Clone)]
pub struct Server {
    subnet: Input<ResourceId<Subnet>>,
    password: Input<String>,
}

impl Server {
    pub fn new(subnet: impl IntoInput<ResourceId<Subnet>>) -> Self {
        Server { subnet: subnet.into_input(), password: Input::Unset }
    }
    pub fn password(mut self, password: impl IntoInput<String>) -> Self {
        self.password = password.into_input();
        self
    }
}

impl Structure for Server {
    fn visit(&mut self, codec: &mut Codec<'_>) {
        codec.property("subnet", &mut self.subnet);
        codec.property("password", &mut self.password);
    }
}
impl ResourceType for Server {
    const TYPE: &'static str = "Test/servers";
}
impl Resource for Server {
    const PROVIDER: &'static str = "test";
    type Handle = Declared;
    fn handle(declared: Declared) -> Declared {
        declared
    }
}
