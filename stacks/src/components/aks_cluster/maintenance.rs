//! When the service may change a cluster: releases of its own, upgrades of Kubernetes, and new images for the nodes, which
//! is when these start again.

use super::AksCluster;
use atp_azure::container_service::{
    MaintenanceConfiguration, MaintenanceConfigurationMaintenanceWindow as Window,
    MaintenanceConfigurationSchedule as Schedule, MaintenanceConfigurationTimeInWeek as TimeInWeek,
    MaintenanceConfigurationTimeInWeekDay as DayInWeek, MaintenanceConfigurationWeekly as Weekly,
    MaintenanceConfigurationWeeklyDayOfWeek as WeeklyDay, ManagedCluster,
};
use atp_iac::{Config, Context, Output, ResourceId, Result};

/// The windows of maintenance, as configuration gives them. All times are UTC.
#[derive(Clone, Debug, Config)]
#[config(check = check)]
pub struct MaintenanceConfig {
    /// The day on which Kubernetes is upgraded.
    pub cluster_day: Weekday,
    /// The day on which the images of the nodes are upgraded.
    pub node_day: Weekday,
    /// The hour in which both begin.
    #[config(default = 1, range = 0..=20)]
    pub start_hour: u32,
    /// How many hours they may take.
    #[config(default = 4, range = 4..=24)]
    pub hours: u32,
}

fn check(maintenance: &MaintenanceConfig) -> std::result::Result<(), String> {
    let MaintenanceConfig { start_hour, hours, .. } = maintenance;
    match start_hour + hours <= 24 {
        true => Ok(()),
        false => Err(format!("{hours} hours from {start_hour}:00 end on the next day: begin earlier")),
    }
}

/// A day of the week.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Config)]
pub enum Weekday {
    /// Monday.
    Monday,
    /// Tuesday.
    Tuesday,
    /// Wednesday.
    Wednesday,
    /// Thursday.
    Thursday,
    /// Friday.
    Friday,
    /// Saturday.
    Saturday,
    /// Sunday.
    Sunday,
}

impl Weekday {
    fn name(self) -> &'static str {
        match self {
            Weekday::Monday => "Monday",
            Weekday::Tuesday => "Tuesday",
            Weekday::Wednesday => "Wednesday",
            Weekday::Thursday => "Thursday",
            Weekday::Friday => "Friday",
            Weekday::Saturday => "Saturday",
            Weekday::Sunday => "Sunday",
        }
    }
}

impl AksCluster {
    /// The three kinds that the service knows, by the names that it gives them.
    pub(super) fn add_maintenance(
        &self,
        cx: &mut Context,
        cluster: &Output<ResourceId<ManagedCluster>>,
    ) -> Result<()> {
        let MaintenanceConfig { cluster_day, node_day, start_hour, hours } = self.maintenance;
        let slots: Vec<i64> = (start_hour..start_hour + hours).map(i64::from).collect();
        let releases = MaintenanceConfiguration::new(cluster, "default")
            .time_in_week([TimeInWeek::new().day(DayInWeek::other(node_day.name())).hour_slots(slots)]);
        cx.add("maintenance-of-releases", releases)?;
        let weekly = |day: Weekday| {
            let schedule = Schedule::new().weekly(Weekly::new(1, WeeklyDay::other(day.name())));
            Window::new(schedule, i64::from(hours), format!("{start_hour:02}:00")).utc_offset("+00:00")
        };
        let upgrades = MaintenanceConfiguration::new(cluster, "aksManagedAutoUpgradeSchedule");
        cx.add("maintenance-of-kubernetes", upgrades.maintenance_window(weekly(cluster_day)))?;
        let images = MaintenanceConfiguration::new(cluster, "aksManagedNodeOSUpgradeSchedule");
        cx.add("maintenance-of-nodes", images.maintenance_window(weekly(node_day)))?;
        Ok(())
    }
}
