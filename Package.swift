// swift-tools-version: 6.2
import PackageDescription

// No dependencies: the toolchain and C libraries that Debian maintains are all that is built on.

let settings: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .enableUpcomingFeature("InferIsolatedConformances"),
    .treatAllWarnings(as: .error),
    // The tests' build checks at run time that accesses do not overlap, and that each closure runs on its loop; what has passed them does without,
    // which saves a tenth of a request.
    // Generic code, such as what reads a row, is made for its types across libraries.
    .unsafeFlags(["-enforce-exclusivity=unchecked", "-disable-dynamic-actor-isolation", "-cross-module-optimization"], .when(configuration: .release)),
]

/// A C library of Debian's behind a module map.
func c(_ name: String, _ pkgConfig: String?, _ package: String?) -> Target {
    .systemLibrary(
        name: name, path: "Libraries/C/\(name)", pkgConfig: pkgConfig, providers: package.map { [.apt([$0])] })
}

/// A library imports only what stands above it in the list of targets below.
func library(_ name: String, _ dependencies: [Target.Dependency] = [], resources: [Resource] = []) -> Target {
    .target(name: name, dependencies: dependencies, path: "Libraries/\(name)", resources: resources, swiftSettings: settings)
}

/// A release executable exports nothing and has its relocations packed: less to read at the start, two megabytes less resident.
let lean = LinkerSetting.unsafeFlags(
    ["-use-ld=lld", "-Xlinker", "--no-export-dynamic", "-Xlinker", "-z", "-Xlinker", "pack-relative-relocs"], .when(configuration: .release))

/// A service is an executable of its own; no service imports another.
///
/// Its migrations are part of the executable; its dated data files are not, they are read from DATA_DIRECTORY.
func service(
    _ name: String, _ dependencies: [Target.Dependency], resources: [Resource] = [], data: [String] = [], linker: [LinkerSetting] = []
) -> Target {
    .executableTarget(
        name: name, dependencies: dependencies, path: "Services/\(name)", exclude: data, resources: resources, swiftSettings: settings,
        linkerSettings: linker + [lean])
}

func tests(_ name: String, of dependencies: [Target.Dependency], data: [String] = []) -> Target {
    .testTarget(name: name, dependencies: dependencies, path: "Tests/\(name)", exclude: data, swiftSettings: settings)
}

let everyLibrary: [Target.Dependency] = [
    "Contracts", "Telemetry", "CommandLine", "EventLoop", "Postgres", "Kafka", "HTTP", "Trust", "Messaging", "ServiceKit",
]

let package = Package(
    name: "shanyraq",
    products: [
        .executable(name: "natural-persons", targets: ["NaturalPersons"]),
        .executable(name: "e-license", targets: ["ELicense"]),
        .executable(name: "egovctl", targets: ["Egovctl"]),
        .executable(name: "dev-broker", targets: ["DevBroker"]),
    ],
    targets: [
        c("CLinux", nil, nil),
        c("CLibpq", "libpq", "libpq-dev"),
        c("CLibrdkafka", "rdkafka", "librdkafka-dev"),
        c("CMicrohttpd", "libmicrohttpd", "libmicrohttpd-dev"),
        c("COpenSSL", "libcrypto", "libssl-dev"),
        c("CCurl", "libcurl", "libcurl4-openssl-dev"),

        library("Contracts"),
        library("Telemetry", ["Contracts"]),
        library("CommandLine"),
        library("EventLoop", ["CLinux", "Telemetry"]),
        library("Postgres", ["CLibpq", "CLinux", "Contracts", "Telemetry", "EventLoop"]),
        library("Kafka", ["CLibrdkafka", "CLinux", "Contracts", "Telemetry", "EventLoop"]),
        library("HTTP", ["CMicrohttpd", "CCurl", "CLinux", "Contracts", "Telemetry", "EventLoop"]),
        library("Trust", ["COpenSSL", "Contracts", "Telemetry", "EventLoop", "HTTP"]),
        library("Messaging", ["Contracts", "Telemetry", "EventLoop", "Postgres", "Kafka", "Trust"], resources: [.embedInCode("Migrations")]),
        library(
            "ServiceKit", ["Contracts", "Telemetry", "CommandLine", "EventLoop", "Postgres", "Kafka", "HTTP", "Trust", "Messaging"],
            resources: [.embedInCode("Migrations")]),

        service("NaturalPersons", everyLibrary, resources: [.embedInCode("Store/Migrations")], data: ["Data"]),
        service("ELicense", everyLibrary, resources: [.embedInCode("Store/Migrations")], data: ["Data"]),
        service("Egovctl", ["Contracts", "Telemetry", "CommandLine", "EventLoop", "Kafka", "HTTP", "Trust"], data: ["Data"]),
        // librdkafka's mock binds any port; our own `bind` gives it a fixed one, and must be visible to the library.
        service(
            "DevBroker", ["CLibrdkafka", "CLinux", "CommandLine", "Contracts"],
            linker: [.unsafeFlags(["-Xlinker", "--export-dynamic-symbol=bind"])]),

        // The libraries under load, as a service uses them; run by Benchmarks/run.sh.
        .executableTarget(
            name: "LibraryBench", dependencies: everyLibrary, path: "Benchmarks/Library", swiftSettings: settings, linkerSettings: [lean]),
        .executableTarget(
            name: "PlatformBench", dependencies: everyLibrary, path: "Benchmarks/Platform", swiftSettings: settings, linkerSettings: [lean]),

        .target(
            name: "TestSupport", dependencies: ["CLibrdkafka", "EventLoop", "Kafka", "Postgres"], path: "Tests/TestSupport", swiftSettings: settings),
        // A service whose handlers end the process when a message says so.
        .executableTarget(name: "FragileService", dependencies: everyLibrary, path: "Tests/FragileService", swiftSettings: settings),
        tests("ContractsTests", of: ["Contracts"], data: ["Golden"]),
        tests("TelemetryTests", of: ["Telemetry", "Contracts", "TestSupport"]),
        tests("CommandLineTests", of: ["CommandLine"]),
        tests("EventLoopTests", of: ["EventLoop", "CLinux"]),
        tests("PostgresTests", of: ["Postgres", "EventLoop", "Contracts"]),
        tests("KafkaTests", of: ["Kafka", "CLibrdkafka", "EventLoop", "Telemetry", "Contracts", "TestSupport"]),
        tests("HTTPTests", of: ["HTTP", "EventLoop", "Contracts"]),
        tests("TrustTests", of: ["Trust", "COpenSSL", "Contracts", "EventLoop", "HTTP"]),
        tests("MessagingTests", of: ["Messaging", "Contracts", "EventLoop", "Postgres", "Kafka", "CLibrdkafka", "Trust", "TestSupport"]),
        tests("ServiceKitTests", of: everyLibrary + ["TestSupport"]),
        tests("NaturalPersonsTests", of: everyLibrary + ["NaturalPersons", "TestSupport"]),
        tests("ELicenseTests", of: everyLibrary + ["ELicense", "TestSupport"]),
        tests("EgovctlTests", of: ["Egovctl", "Contracts", "CommandLine", "EventLoop", "HTTP", "Trust"]),
        tests(
            "EndToEnd", of: ["Contracts", "EventLoop", "HTTP", "Kafka", "Postgres", "Trust", "TestSupport"], data: ["Faults/Mutations"]),
    ],
    swiftLanguageModes: [.v6]
)
