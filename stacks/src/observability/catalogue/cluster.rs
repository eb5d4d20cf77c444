//! The cluster.

use super::*;

/// What a node reports that makes it useless.
const NOT_READY: &[Dimension] =
    &[Dimension { name: "status2", values: &["NotReady"] }, Dimension { name: "node", values: EACH }];

pub(super) fn alerts() -> Vec<Alert> {
    let of_cluster =
        |name, condition, window| metric(Target::Cluster, name, Aggregation::Average, condition, window);
    let by_node = |metric: Metric| {
        const NODE: &[Dimension] = &[Dimension { name: "node", values: EACH }];
        Signal::Metric(Metric { dimensions: NODE, ..metric })
    };
    vec![
        Alert {
            name: "node-cpu",
            meaning: "A node of the cluster has used most of its CPU for a quarter of an hour.",
            remedy: "See which pods grew, whether their pool can still grow, and whether requests match what they use.",
            severity: Severity::Warning,
            signal: by_node(of_cluster(
                "node_cpu_usage_percentage",
                Condition::Above(85.0),
                Period::Minutes15,
            )),
        },
        Alert {
            name: "node-memory",
            meaning: "A node of the cluster has used most of its memory for a quarter of an hour; next, pods are evicted.",
            remedy: "Find the pod that grows, restart it if it leaks, and correct its limits.",
            severity: Severity::Error,
            signal: by_node(of_cluster(
                "node_memory_working_set_percentage",
                Condition::Above(90.0),
                Period::Minutes15,
            )),
        },
        Alert {
            name: "node-disk",
            meaning: "The disk of a node is nearly full; next, images cannot be pulled and pods are evicted.",
            remedy: "Look for pods that log or cache on the disk of the node, then drain and replace the node.",
            severity: Severity::Warning,
            signal: by_node(of_cluster(
                "node_disk_usage_percentage",
                Condition::Above(80.0),
                Period::Minutes15,
            )),
        },
        Alert {
            name: "node-not-ready",
            meaning: "A node has not been ready for a quarter of an hour.",
            remedy: "Cordon and drain it; if its pool does not repair it within ten minutes, delete the node.",
            severity: Severity::Error,
            signal: Signal::Metric(Metric {
                dimensions: NOT_READY,
                ..of_cluster("kube_node_status_condition", Condition::Above(0.0), Period::Minutes15)
            }),
        },
        Alert {
            name: "pods-unschedulable",
            meaning: "Pods wait for a node, and none is added.",
            remedy: "See the events of the pods: a pool at its maximum, a quota of the region, or requests no node can meet.",
            severity: Severity::Error,
            signal: Signal::Metric(of_cluster(
                "cluster_autoscaler_unschedulable_pods_count",
                Condition::Above(0.0),
                Period::Minutes15,
            )),
        },
        Alert {
            name: "pool-at-maximum",
            meaning: "A pool of nodes should grow and has as many as it may have.",
            remedy: "Decide whether the load is wanted; then raise the maximum of the pool in the configuration of `aks`.",
            severity: Severity::Warning,
            signal: Signal::Query(LogQuery {
                query: r#"AzureDiagnostics
| where Category == "cluster-autoscaler" and log_s has "max size reached""#
                    .to_owned(),
                measure: Measure::Rows,
                threshold: 0.0,
                window: Period::Minutes30,
                frequency: Period::Minutes15,
            }),
        },
        Alert {
            name: "pod-restarts",
            meaning: "A pod restarts again and again.",
            remedy: "Read the log of the container before the restart; roll the release back if it began with one.",
            severity: Severity::Error,
            signal: Signal::Prometheus(Prometheus {
                expression: "atp:pod_restarts:15m",
                threshold: 3.0,
                lasting: Period::Minutes5,
            }),
        },
        Alert {
            name: "replicas-missing",
            meaning: "A deployment has had fewer replicas than it should for a quarter of an hour.",
            remedy: "See the events of its pods: images that cannot be pulled, probes that fail, nodes that are full.",
            severity: Severity::Error,
            signal: Signal::Prometheus(Prometheus {
                expression: "atp:replicas_missing:count",
                threshold: 0.0,
                lasting: Period::Minutes15,
            }),
        },
        Alert {
            name: "namespace-at-quota",
            meaning: "A namespace has used nearly all of what its quota allows.",
            remedy: "Raise the quota, or move what does not belong there.",
            severity: Severity::Warning,
            signal: Signal::Prometheus(Prometheus {
                expression: r#"100 * kube_resourcequota{type="used"} / ignoring (type) (kube_resourcequota{type="hard"} > 0)"#,
                threshold: 90.0,
                lasting: Period::Minutes15,
            }),
        },
    ]
}
