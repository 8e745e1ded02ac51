// swift-tools-version:6.2
import PackageDescription

let strict: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .treatAllWarnings(as: .error),
]

/// Generated code is held to the language mode only: its generator decides the rest.
let generated: [SwiftSetting] = [.swiftLanguageMode(.v6)]

// SwiftPM drops the -D flags of xmlsec's pkg-config file; without them the ABI is wrong.
let xmlsec: [CSetting] = [
  .define("XMLSEC_NO_SIZE_T"), .define("XMLSEC_CRYPTO_OPENSSL"),
  .define("XMLSEC_NO_CRYPTO_DYNAMIC_LOADING"), .define("XMLSEC_NO_GOST"),
  .define("XMLSEC_NO_GOST2012"), .define("__XMLSEC_FUNCTION__", to: "__func__"),
  .treatAllWarnings(as: .error),
]

extension Target.Dependency {
  static let grpc = product(name: "GRPCCore", package: "grpc-swift-2")
  static let grpcInProcess = product(name: "GRPCInProcessTransport", package: "grpc-swift-2")
  static let grpcHTTP2 = product(
    name: "GRPCNIOTransportHTTP2Posix", package: "grpc-swift-nio-transport")
  static let grpcProtobuf = product(name: "GRPCProtobuf", package: "grpc-swift-protobuf")
  static let protobuf = product(name: "SwiftProtobuf", package: "swift-protobuf")
  static let nioCore = product(name: "NIOCore", package: "swift-nio")
  static let nioPosix = product(name: "NIOPosix", package: "swift-nio")
  static let nioHTTP1 = product(name: "NIOHTTP1", package: "swift-nio")
  static let nioTLS = product(name: "NIOTLS", package: "swift-nio")
  static let nioSSL = product(name: "NIOSSL", package: "swift-nio-ssl")
  static let httpClient = product(name: "AsyncHTTPClient", package: "async-http-client")
  static let hummingbird = product(name: "Hummingbird", package: "hummingbird")
  static let mustache = product(name: "Mustache", package: "swift-mustache")
  static let hummingbirdTLS = product(name: "HummingbirdTLS", package: "hummingbird")
  static let crypto = product(name: "Crypto", package: "swift-crypto")
  static let cryptoExtras = product(name: "CryptoExtras", package: "swift-crypto")
  static let x509 = product(name: "X509", package: "swift-certificates")
  static let asn1 = product(name: "SwiftASN1", package: "swift-asn1")
  static let logging = product(name: "Logging", package: "swift-log")
  static let configuration = product(name: "Configuration", package: "swift-configuration")
  static let arguments = product(name: "ArgumentParser", package: "swift-argument-parser")
  static let lifecycle = product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
  static let signals = product(name: "UnixSignals", package: "swift-service-lifecycle")
  static let yams = product(name: "Yams", package: "Yams")
  static let system = product(name: "SystemPackage", package: "swift-system")
  static let subprocess = product(name: "Subprocess", package: "swift-subprocess")
}

let pageFiles = [
  "layout.mustache", "home.mustache", "opening.mustache", "agreement.mustache", "order.mustache",
  "message.mustache", "login.mustache", "own.mustache", "revoke.mustache",
  "consent.mustache", "decline.mustache", "queue.mustache", "signed.mustache", "return.mustache",
  "code.mustache",
  "style.css", "wait.js",
  "icon.svg",
]

let package = Package(
  name: "bureau",
  platforms: [.macOS(.v15)],
  dependencies: [
    .package(url: "https://github.com/grpc/grpc-swift-2", from: "2.4.3"),
    .package(url: "https://github.com/grpc/grpc-swift-nio-transport", from: "2.9.2"),
    .package(url: "https://github.com/grpc/grpc-swift-protobuf", from: "2.4.1"),
    .package(url: "https://github.com/apple/swift-protobuf", from: "1.39.0", traits: []),
    .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
    .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
    .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
    .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
    .package(url: "https://github.com/hummingbird-project/swift-mustache", from: "2.1.1"),
    .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
    .package(url: "https://github.com/apple/swift-certificates", from: "1.21.1"),
    .package(url: "https://github.com/apple/swift-asn1", from: "1.7.4"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    .package(
      url: "https://github.com/apple/swift-configuration", from: "1.4.0",
      traits: [.defaults, "YAML"]),
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.2"),
    .package(url: "https://github.com/apple/swift-system", from: "1.8.1"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
  ],
  targets: [
    // The C libraries of Debian; deploy/debian-packages names their packages.
    .systemLibrary(name: "CSQLite", path: "Sources/CSQLite", pkgConfig: "sqlite3"),
    .systemLibrary(name: "CPostgres", path: "Sources/CPostgres", pkgConfig: "libpq"),
    .systemLibrary(name: "CLibXML2", path: "Sources/CLibXML2", pkgConfig: "libxml-2.0"),
    .systemLibrary(name: "CXmlSec", path: "Sources/CXmlSec", pkgConfig: "xmlsec1-openssl"),
    .systemLibrary(name: "CQREncode", path: "Sources/CQREncode", pkgConfig: "libqrencode"),
    .target(name: "CEvidence", dependencies: ["CXmlSec"], cSettings: xmlsec),

    // Pure: no I/O, no clock, no randomness.
    .target(name: "Primitives", swiftSettings: strict),
    .target(name: "Formats", dependencies: ["Primitives", "CLibXML2"], swiftSettings: strict),
    .target(
      name: "Domain", dependencies: ["Primitives", "Formats", "Policies", "Sealing", .crypto],
      swiftSettings: strict),
    // What a company demands before its money moves: judged alike by server and command line.
    .target(name: "Policies", dependencies: ["Primitives"], swiftSettings: strict),
    // What both ends of a sealed batch compute: bytes, fingerprints, key files (docs/sealing.md).
    .target(name: "Sealing", dependencies: ["Primitives", .crypto], swiftSettings: strict),

    // Generated from Protos/, committed, compared with their source by `make check`.
    .target(name: "Facts", dependencies: [.protobuf], swiftSettings: generated),
    .target(
      name: "BureauAPI",
      dependencies: ["Primitives", "Policies", "Sealing", .protobuf, .grpc, .grpcProtobuf],
      resources: [.embedInCode("descriptors.binpb")], swiftSettings: generated),

    // What an outsider checks: bytes in, verdict out. Server and command line use the same.
    .target(
      name: "AuditTrail", dependencies: ["Primitives", "Facts", .protobuf, .crypto],
      swiftSettings: strict),

    // The bureau file: YAML and back, and what it differs in from a bureau. No I/O.
    .target(
      name: "Onboarding",
      dependencies: ["Primitives", "Policies", "Sealing", "Domain", .yams, .crypto],
      swiftSettings: strict),

    .target(name: "Engine", dependencies: ["Primitives"], swiftSettings: strict),
    .target(name: "EngineSQLite", dependencies: ["Engine", "CSQLite"], swiftSettings: strict),
    .target(name: "EnginePostgres", dependencies: ["Engine", "CPostgres"], swiftSettings: strict),
    .target(
      name: "Storage",
      dependencies: [
        "Primitives", "Formats", "Policies", "Sealing", "Domain", "Engine", "Facts", "AuditTrail",
        .protobuf,
        .crypto,
      ],
      swiftSettings: strict),
    .target(
      name: "Connectors",
      dependencies: [
        "Primitives", "Formats", "Domain", "CEvidence", .crypto, .cryptoExtras, .x509, .asn1,
        .httpClient,
        .nioCore,
        .nioHTTP1, .nioSSL, .logging,
      ], swiftSettings: strict),
    .target(
      name: "Server",
      dependencies: [
        "Primitives", "Formats", "Policies", "Sealing", "Domain", "AuditTrail", "Engine", "Storage",
        "BureauAPI", "Connectors", "CQREncode", .grpc, .grpcHTTP2, .grpcProtobuf, .protobuf,
        .nioCore, .nioPosix,
        .nioTLS, .nioSSL, .crypto,
        .x509, .logging, .lifecycle, .hummingbird, .mustache,
      ],
      // The pages' templates, style and script: part of the program, so that it is one file.
      resources: pageFiles.map { .embedInCode("Pages/Assets/\($0)") }, swiftSettings: strict),
    .target(
      name: "Sandbox",
      dependencies: [
        "Primitives", "Formats", "Domain", "CEvidence", .hummingbird, .hummingbirdTLS, .crypto,
        .cryptoExtras, .x509, .asn1, .nioCore, .nioSSL, .logging, .lifecycle,
      ], swiftSettings: strict),
    .executableTarget(
      name: "bureaud",
      dependencies: [
        "Primitives", "Formats", "Domain", "AuditTrail", "Engine", "EngineSQLite",
        "EnginePostgres", "Storage", "Connectors", "Server", "Sandbox", .arguments, .configuration,
        .lifecycle, .signals, .logging, .crypto,
        .x509, .grpcHTTP2,
        .nioCore, .nioSSL,
      ], swiftSettings: strict),

    .target(
      name: "BureauCLI",
      dependencies: [
        "Primitives", "Policies", "Sealing", "Domain", "Onboarding", "AuditTrail", "BureauAPI",
        "CQREncode", .arguments, .grpc, .grpcHTTP2, .grpcProtobuf,
        .protobuf, .httpClient, .nioCore, .nioPosix, .nioHTTP1, .nioTLS, .nioSSL, .crypto,
      ], path: "Clients/cli/BureauCLI", swiftSettings: strict),
    .executableTarget(
      name: "bureau", dependencies: ["BureauCLI"], path: "Clients/cli/bureau",
      swiftSettings: strict),
    .executableTarget(
      name: "bureau-demo",
      dependencies: ["Primitives", "Formats", .arguments, .subprocess, .system],
      path: "Clients/demo", exclude: ["README.md", "invoices"], swiftSettings: strict),
    .target(
      name: "CBenchReference", dependencies: ["CSQLite"], path: "Clients/bench/reference",
      linkerSettings: [.linkedLibrary("crypto")]),
    .executableTarget(
      name: "bureau-bench",
      dependencies: [
        "Primitives", "Formats", "Policies", "Domain", "Engine", "EngineSQLite", "EnginePostgres",
        "EngineKit", "Storage", "Connectors", "BureauAPI", "Server", "Sandbox", "AuditTrail",
        "CBenchReference",
        .grpc, .grpcHTTP2, .grpcProtobuf, .protobuf, .crypto, .arguments, .logging,
      ], path: "Clients/bench", exclude: ["README.md", "reference"], swiftSettings: strict),

    // Drives the real server through seeded histories; its own tests are SimulationTests.
    .target(
      name: "Simulation",
      dependencies: [
        "Primitives", "Policies", "Formats", "Domain", "Facts", "Engine", "EngineSQLite",
        "EngineKit",
        "Storage", "Connectors", "BureauAPI", "Server", "Sandbox", "Checker", "TestKit", .grpc,
        .protobuf, .crypto, .logging,
      ], path: "Clients/simulate/Simulation", swiftSettings: strict),
    .executableTarget(
      name: "bureau-simulate", dependencies: ["Simulation", "EngineKit", .arguments],
      path: "Clients/simulate/bureau-simulate", swiftSettings: strict),

    // Tests mirror Sources.
    .target(
      name: "EngineKit", dependencies: ["Engine", "EngineSQLite", "EnginePostgres", "CPostgres"],
      path: "Tests/EngineKit", swiftSettings: strict),
    .target(
      name: "TestKit",
      dependencies: [
        "EngineKit", "Primitives", "Formats", "Policies", "Sealing", "Domain", "AuditTrail",
        "Engine",
        "EngineSQLite",
        "Storage", "Connectors", "BureauAPI", "Server", "Sandbox", .grpc, .grpcHTTP2, .grpcProtobuf,
        .protobuf,
        .crypto,
        .nioCore, .nioHTTP1, .nioSSL, .httpClient, .logging, .lifecycle,
      ], path: "Tests/TestKit", swiftSettings: strict),
    .testTarget(
      name: "PrimitivesTests", dependencies: ["Primitives"], exclude: ["Golden"],
      swiftSettings: strict),
    .testTarget(
      name: "FormatsTests", dependencies: ["Primitives", "Formats"],
      swiftSettings: strict),
    .testTarget(
      name: "PoliciesTests", dependencies: ["Primitives", "Policies"], swiftSettings: strict),
    .testTarget(
      name: "SealingTests",
      dependencies: ["Primitives", "Policies", "Sealing", "BureauAPI", .protobuf, .crypto],
      swiftSettings: strict),
    .testTarget(
      name: "DomainTests",
      dependencies: ["Primitives", "Formats", "Policies", "Sealing", "Domain", .crypto],
      exclude: ["Golden"],
      swiftSettings: strict),
    // A disk that fails when it is told to: a SQLite VFS, linked into tests only.
    .target(
      name: "CFaultDisk", dependencies: ["CSQLite"], path: "Tests/CFaultDisk",
      cSettings: [.treatAllWarnings(as: .error)]),
    .target(
      name: "FaultDisk", dependencies: ["CFaultDisk"], path: "Tests/FaultDisk",
      swiftSettings: strict),
    // Holds stored data against what clients were told, by its own reading.
    .target(
      name: "Checker",
      dependencies: [
        "CSQLite", "CPostgres", "Primitives", "Domain", "Facts", "Engine", "EngineSQLite",
        "Storage", .protobuf,
        .crypto,
      ], path: "Tests/Checker", swiftSettings: strict),
    .testTarget(
      name: "OnboardingTests",
      dependencies: ["Primitives", "Policies", "Sealing", "Domain", "Onboarding", "TestKit"],
      swiftSettings: strict),
    .testTarget(
      name: "AuditTrailTests",
      dependencies: ["Primitives", "AuditTrail", "Facts", .protobuf, .crypto],
      swiftSettings: strict),
    .testTarget(
      name: "EngineTests",
      dependencies: [
        "EngineKit", "Primitives", "Engine", "EngineSQLite", "EnginePostgres", "CSQLite",
        "CPostgres", "FaultDisk",
      ],
      swiftSettings: strict),
    .testTarget(
      name: "StorageTests",
      dependencies: [
        "EngineKit", "TestKit", "Primitives", "Policies", "Sealing", "Domain", "Facts",
        "AuditTrail", "Engine",
        "EngineSQLite",
        "Storage", "Server",
        .protobuf,
      ], exclude: ["Golden"], swiftSettings: strict),
    .testTarget(
      name: "ConnectorsTests",
      dependencies: [
        "Primitives", "Domain", "Connectors", "Sandbox", "CEvidence", .crypto, .httpClient,
        .nioCore, .nioHTTP1, .nioSSL, .lifecycle, .logging,
      ],
      swiftSettings: strict),
    .testTarget(
      name: "SandboxTests", dependencies: ["Primitives", "Formats", "Sandbox", .crypto],
      swiftSettings: strict),
    .testTarget(
      name: "ServerTests",
      dependencies: [
        "EngineKit", "TestKit", "Primitives", "Policies", "Sealing", "Domain", "AuditTrail",
        "Engine",
        "Storage",
        "Connectors", "BureauAPI", "Server", "Sandbox",
        .grpc, .grpcInProcess, .grpcHTTP2, .grpcProtobuf, .protobuf, .nioCore, .nioPosix, .nioSSL,
        .x509, .logging, .lifecycle, .nioHTTP1,
      ], exclude: ["Golden"], swiftSettings: strict),
    .testTarget(
      name: "StoryTests",
      dependencies: [
        "EngineKit", "TestKit", "Primitives", "Formats", "Domain", "Engine", "Storage", "BureauAPI",
        "Server",
        "Sandbox", .grpc, .grpcProtobuf, .protobuf, .nioCore, .nioPosix, .nioSSL,
      ], swiftSettings: strict),
    // The pages in a real browser: skipped where Debian's chromium is not installed.
    .testTarget(
      name: "BrowserTests",
      dependencies: [
        "EngineKit", "TestKit", "Primitives", "BureauAPI", "Sandbox", "Server", .httpClient,
        .protobuf,
        .nioCore, .nioHTTP1,
      ], swiftSettings: strict),
    .testTarget(
      name: "TidyTests", dependencies: [.crypto],
      swiftSettings: strict),
    .testTarget(
      name: "bureaudTests",
      dependencies: [
        "bureaud", "EngineKit", "TestKit", "Primitives", "Domain", "AuditTrail", "Engine",
        "EngineSQLite",
        "Storage", "Server", .arguments, .crypto, .logging,
      ],
      swiftSettings: strict),
    .testTarget(
      name: "CLITests",
      dependencies: [
        "BureauCLI", "Policies", "Sealing", "Primitives", "BureauAPI", .arguments, .grpc,
        .grpcInProcess,
        .grpcHTTP2,
        .grpcProtobuf, .protobuf, .nioCore, .nioPosix, .nioSSL, .crypto, .x509, .asn1,
      ], exclude: ["Golden"], swiftSettings: strict),
    // Kills the built daemon in the middle of its work.
    .testTarget(
      name: "CrashTests",
      dependencies: [
        "EngineKit", "TestKit", "Checker", "FaultDisk", "Primitives", "Domain", "AuditTrail",
        "Engine", "EngineSQLite", "Storage", "Server", "BureauAPI", .grpc, .grpcHTTP2, .protobuf,
        .crypto,
      ], swiftSettings: strict),
    // Histories drawn by a seed, and bugs that they must find.
    .testTarget(
      name: "SimulationTests",
      dependencies: [
        "Simulation", "EngineKit", "TestKit", "Checker", "Primitives", "Domain", "Engine",
        "Storage", "Server", "Sandbox", "BureauAPI", .grpc, .protobuf,
      ], exclude: ["Golden"], swiftSettings: strict),
    // Drives the built programs from outside: Clients/c and the daemon.
    .testTarget(
      name: "ClientTests", exclude: ["Audit/tamper.py"], swiftSettings: strict),
    .testTarget(
      name: "DemoTests", dependencies: ["bureau-demo", "Primitives"], swiftSettings: strict),
  ]
)
