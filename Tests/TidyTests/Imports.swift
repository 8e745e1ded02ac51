// Who may import whom: the one table. ARCHITECTURE.md says why; a new arrow is a decision.

import Testing

private func + (modules: Set<String>, more: Set<String>) -> Set<String> { modules.union(more) }

struct ImportTests {
  /// What the system brings to targets that may touch it.
  private static let system: Set<String> = [
    "Foundation", "FoundationEssentials", "Dispatch", "Synchronization", "Glibc", "Darwin",
  ]

  /// What each target may import, besides nothing at all.
  static let allowed: [String: Set<String>] = [
    "Sources/Primitives": ["Foundation"],
    "Sources/Formats": ["Primitives", "CLibXML2", "Foundation"],
    // Pure, for server and command line alike.
    "Sources/Policies": ["Primitives"],
    // What both ends of a seal compute: no policy, no storage, no wire.
    "Sources/Sealing": ["Primitives", "Crypto", "Foundation"],
    "Sources/Domain": ["Primitives", "Formats", "Policies", "Sealing", "Crypto"],
    "Sources/Facts": ["SwiftProtobuf", "Foundation", "FoundationEssentials"],
    "Sources/BureauAPI": [
      "Primitives", "Policies", "Sealing", "SwiftProtobuf", "GRPCCore", "GRPCProtobuf",
      "Foundation",
      "FoundationEssentials",
    ],
    "Sources/AuditTrail": ["Primitives", "Facts", "SwiftProtobuf", "Crypto", "Foundation"],
    "Sources/Onboarding": [
      "Primitives", "Policies", "Sealing", "Domain", "Yams", "Crypto", "Foundation",
    ],
    "Sources/Engine": ["Primitives", "Foundation", "Dispatch", "Synchronization"],
    "Sources/EngineSQLite": ["Engine", "CSQLite"] + system,
    "Sources/EnginePostgres": ["Engine", "CPostgres"] + system,
    "Sources/Storage": [
      "Primitives", "Formats", "Policies", "Sealing", "Domain", "Engine", "Facts", "AuditTrail",
      // Synchronization: what was read at a journal's head is remembered (Standings).
      "SwiftProtobuf", "Crypto", "Foundation", "Synchronization",
    ],
    "Sources/Connectors": [
      "Primitives", "Formats", "Domain", "CEvidence", "AsyncHTTPClient", "NIOCore", "NIOHTTP1",
      "NIOSSL", "Crypto", "CryptoExtras", "X509", "SwiftASN1", "Logging",
    ] + system,
    "Sources/Server": [
      "Primitives", "Formats", "Policies", "Sealing", "Domain", "AuditTrail", "Engine", "Storage",
      "BureauAPI", "Connectors", "GRPCCore",
      "GRPCNIOTransportHTTP2Posix", "GRPCProtobuf", "SwiftProtobuf", "NIOCore", "NIOPosix",
      "NIOTLS",
      "NIOSSL", "Crypto", "X509", "SwiftASN1", "Logging", "ServiceLifecycle", "Hummingbird",
      "HummingbirdCore", "HTTPTypes", "Mustache", "CQREncode",
    ] + system,
    "Sources/Sandbox": [
      "Primitives", "Formats", "Domain", "CEvidence", "Hummingbird", "HummingbirdTLS", "HTTPTypes",
      "NIOCore", "NIOSSL", "Crypto", "CryptoExtras", "X509", "SwiftASN1", "Logging",
      "ServiceLifecycle",
    ] + system,
    "Sources/bureaud": [
      "Primitives", "Formats", "Domain", "AuditTrail", "Engine", "EngineSQLite", "EnginePostgres",
      "Storage", "Connectors", "Server",
      "Sandbox", "BureauAPI", "ArgumentParser", "Configuration", "ServiceLifecycle", "Logging",
      "Crypto", "X509", "SwiftASN1", "GRPCCore", "GRPCNIOTransportHTTP2Posix", "NIOCore", "NIOSSL",
      "UnixSignals", "SystemPackage",
    ] + system,
    "Clients/cli": [
      "BureauCLI", "Primitives", "Policies", "Sealing", "Domain", "Onboarding", "AuditTrail",
      "BureauAPI", "CQREncode",
      "ArgumentParser",
      "GRPCCore",
      "GRPCNIOTransportHTTP2Posix", "GRPCProtobuf", "SwiftProtobuf", "AsyncHTTPClient", "NIOCore",
      "NIOPosix", "NIOSSL", "Crypto", "X509", "SwiftASN1", "NIOTLS", "NIOHTTP1",
    ] + system,
    // Only through the programs, as a person would: never a shortcut into the server.
    "Clients/demo": [
      "Primitives", "Formats", "ArgumentParser", "Subprocess", "SystemPackage",
    ] + system,
    "Clients/bench": [
      "Primitives", "Formats", "Policies", "Domain", "Engine", "EngineSQLite", "EnginePostgres",
      "EngineKit",
      "CSQLite", "CBenchReference", "Storage", "Server", "AuditTrail", "BureauAPI", "Connectors",
      "Sandbox", "ArgumentParser", "GRPCCore",
      "GRPCNIOTransportHTTP2Posix", "GRPCProtobuf", "SwiftProtobuf", "NIOCore", "NIOPosix",
      "NIOSSL",
      "Crypto", "Logging",
    ] + system,
    // The real server and sandbox, and what tests use to look at them from outside.
    "Clients/simulate": [
      "Primitives", "Policies", "Formats", "Domain", "Facts", "Engine", "EngineSQLite", "EngineKit",
      "Storage",
      "Connectors", "BureauAPI", "Server", "Sandbox", "Checker", "TestKit", "Simulation",
      "GRPCCore", "SwiftProtobuf", "Crypto", "Logging", "ArgumentParser",
    ] + system,
  ]

  /// Within a target, who alone may see some of its modules.
  static let narrowed: [(target: String, module: String, within: [String], reason: String)] = [
    (
      "Sources/Server", "GRPCNIOTransportHTTP2Posix", ["Sources/Server/Transport/"],
      "services are written against GRPCCore, so that another transport can stand beside HTTP/2"
    ),
    (
      "Sources/Server", "Hummingbird", ["Sources/Server/Operations/", "Sources/Server/Pages/"],
      "HTTP is for operators' tools and for the pages of people who only sign"
    ),
    (
      "Sources/bureaud", "EngineSQLite",
      ["Sources/bureaud/Wiring", "Sources/bureaud/Commands/", "Sources/bureaud/Database"],
      "one place chooses the engine"
    ),
    (
      "Sources/bureaud", "EnginePostgres",
      ["Sources/bureaud/Wiring", "Sources/bureaud/Commands/", "Sources/bureaud/Database"],
      "one place chooses the engine"
    ),
  ]

  static let pattern =
    #"^\s*(?:@\w+(?:\([^)\n]*\))?\s+)*(?:(?:package|public|internal|private|fileprivate)\s+)?import\s+(?:(?:struct|class|enum|protocol|func|let|var|typealias)\s+)?(\w+)"#

  static func target(of path: String) -> String {
    path.split(separator: "/").prefix(2).joined(separator: "/")
  }

  @Test func `every target imports only what its row allows`() throws {
    var findings: [Finding] = []
    for file in SourceTree.current.files
    where file.isSwift && (file.path.hasPrefix("Sources/") || file.path.hasPrefix("Clients/")) {
      let target = Self.target(of: file.path)
      for match in try file.matches(of: Self.pattern, in: \.code) {
        let module = match.group ?? ""
        if Self.allowed[target]?.contains(module) != true {
          findings.append(
            Finding(
              path: file.path, line: match.line, what: "\(target) imports \(module)",
              remedy: "turn the dependency round, or add it to Imports.swift and say why"))
        }
        for row in Self.narrowed where row.target == target && row.module == module {
          if !row.within.contains(where: file.path.hasPrefix) {
            findings.append(
              Finding(
                path: file.path, line: match.line, what: "\(module) is seen outside its place",
                remedy: "move it to \(row.within.joined(separator: " or ")): \(row.reason)"))
          }
        }
      }
    }
    #expect(findings.isEmpty, "\(findings.report)")
  }

  @Test func `every target has a row`() {
    let targets = Set(
      SourceTree.current.files.filter {
        $0.isSwift && ($0.path.hasPrefix("Sources/") || $0.path.hasPrefix("Clients/"))
      }.map { Self.target(of: $0.path) })
    #expect(targets.subtracting(Self.allowed.keys).isEmpty, "add them to Imports.swift")
  }

  @Test(arguments: [
    ("import Foundation", "Foundation"), ("package import Domain", "Domain"),
    ("@preconcurrency import Glibc", "Glibc"),
    ("@_spi(A) public import struct NIOCore.ByteBuffer", "NIOCore"),
    ("  import Crypto", "Crypto"),
  ])
  func `imports are found however they are written`(line: String, module: String) throws {
    let file = SourceFile(path: "A.swift", text: "// first\n\(line)\n")
    #expect(try file.matches(of: Self.pattern, in: \.code).map(\.group) == [module])
  }

  @Test(arguments: ["// import Foundation", "\"import Foundation\"", "let important = 1"])
  func `what is no import is not taken for one`(line: String) throws {
    let file = SourceFile(path: "A.swift", text: line)
    #expect(try file.matches(of: Self.pattern, in: \.code).isEmpty)
  }
}
