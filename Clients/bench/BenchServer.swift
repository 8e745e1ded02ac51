import Domain
import Engine
import EngineSQLite
import Foundation
import Logging
import Primitives
import Server
import Storage

/// The real server over a database, with stand-ins where it would meet people, banks and BankID:
/// nothing that is measured touches them.
enum BenchServer {
  /// Formats each line as the daemon does; the lines go nowhere.
  static let logger = Logger(label: "bench") { _ in
    StreamLogHandler(label: "bench", stream: Discarded(), metadataProvider: nil)
  }

  static func secrets() throws -> SecretBox {
    guard let key = MasterKey(bytes: [UInt8](repeating: 3, count: 32)) else {
      throw BenchError("no key")
    }
    return SecretBox(key, random: Workload.sources.random)
  }

  /// - Parameter allowsSynthetic: national ids that are test numbers, as examples have them.
  static func make(
    _ database: any Database, folder: URL, allowsSynthetic: Bool = false
  ) throws -> BureauServer {
    guard let key = NationalIDKey(bytes: [UInt8](repeating: 1, count: 32)) else {
      throw BenchError("no key")
    }
    var parts = ServerParts(
      database: database, sources: Workload.sources, identity: NobodyLogsIn(),
      channel: NoBank(), messenger: NobodyIsTold(), nationalIDKey: key,
      secrets: try secrets(),
      auditKey: try AuditKey(seed: [UInt8](repeating: 2, count: 32)),
      witness: FolderWitness(folder: folder), bootstrap: NoBootstrap(), logger: logger,
      emptyDatabase: { try await SQLiteDatabase.inMemory() })
    parts.allowsSyntheticIDs = allowsSynthetic
    return BureauServer(parts)
  }

  /// The server on a free port with certificates of its own in `folder`.
  static func service(
    _ database: any Database, folder: URL, allowsSynthetic: Bool = false
  ) throws -> (GRPCService, Authority) {
    let server = try make(database, folder: folder, allowsSynthetic: allowsSynthetic)
    let authority = try Authority.create(
      in: folder.appending(path: "tls"), hostnames: ["localhost"], now: Date())
    let service = try GRPCService(
      services: server.services, interceptors: server.interceptors, host: "127.0.0.1", port: 0,
      tls: authority.tls, logger: logger)
    return (service, authority)
  }
}

private struct NobodyLogsIn: IdentityProvider {
  private let refusal = IdentityError.bankIDUnavailable("none in a bench")

  func startLogin(from _: String) async throws(IdentityError) -> OrderTicket { throw refusal }
  func startSignature(
    of _: String, data _: [UInt8], from _: String
  ) async throws(IdentityError) -> OrderTicket { throw refusal }
  func collect(_: String) async throws(IdentityError) -> IdentityAnswer { throw refusal }
  func cancel(_: String) async {}
  func qrText(_: OrderTicket, seconds _: Int) -> String { "" }
  func verify(
    _: [UInt8], of _: Order, key _: NationalIDKey, at _: Instant
  ) throws(IdentityError) -> Evidence { throw refusal }
}

private struct NoBank: BankChannel {
  func deliver(_: [UInt8], messageID _: String, to _: BankConnection) throws(BankChannelError) {}
  func waiting(limit _: Int) throws(BankChannelError) -> [IncomingFile] { [] }
  func read(_: IncomingFile, limit _: Int) throws(BankChannelError) -> [UInt8]? { [] }
  func finish(_: IncomingFile) throws(BankChannelError) {}
  func connections() throws(BankChannelError) -> [BankConnection] { [] }
  func sent(to _: BankConnection) throws(BankChannelError) -> [String] { [] }
  func sentFile(_: String, to _: BankConnection, limit _: Int) throws(BankChannelError)
    -> [UInt8]?
  { nil }
  func finished(from _: BankConnection) throws(BankChannelError) -> [IncomingFile] { [] }
  func check(_: BankConnection) async -> ConnectionFinding { .ok }
}

extension BenchServer {
  struct NobodyIsTold: Messenger {
    func send(_: PersonMessage) async throws {}
  }

  struct NoBootstrap: BootstrapToken {
    func allows(_: [UInt8]) -> Bool { false }
    func claim(_: String) throws(TenancyError) { throw .bootstrapRefused }
  }
}

/// Takes the log's lines and drops them.
private struct Discarded: TextOutputStream, Sendable {
  mutating func write(_: String) {}
}
