/** The scenario that runs where none is given: three firewalls on different releases, nothing fails. */
export const BASIC_SCENARIO = `api_key: "test-api-key"
timing: { download_duration: 10, install_duration: 5, reboot_duration: 15 }
devices:
  - serial: "001234567890"
    hostname: "fw-test-1"
    model: "PA-3220"
    current_version: "10.0.2"
    ip_address: "192.168.1.10"
    metrics: { tcp_sessions: 45000, route_count: 1200, arp_count: 500, disk_space_gb: 15.0 }
    available_versions: ["10.1.0", "10.5.1", "11.1.0"]
  - serial: "001234567891"
    hostname: "fw-test-2"
    model: "PA-5220"
    current_version: "10.5.1"
    ip_address: "192.168.1.11"
    metrics: { tcp_sessions: 52000, route_count: 1500, arp_count: 600, disk_space_gb: 20.0 }
    available_versions: ["11.1.0"]
  - serial: "001234567892"
    hostname: "fw-test-3"
    model: "PA-3220"
    current_version: "11.0.0"
    ip_address: "192.168.1.12"
    metrics: { tcp_sessions: 38000, route_count: 1000, arp_count: 450, disk_space_gb: 12.0 }
    available_versions: ["11.0.3", "11.1.0"]
`;
