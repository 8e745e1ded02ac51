import ArgumentParser
import Connectors
import Foundation
import Logging
import Server

/// Options that every command takes.
struct CommonOptions: ParsableArguments {
  @Option(help: "The server's folder (BUREAU_HOME).")
  var home: String?

  @Option(
    name: .customLong("set"), help: "A setting as key=value, e.g. listen.port=0; may be repeated.")
  var settings: [String] = []

  func load() throws -> ServerConfiguration {
    var flags: [String: String] = [:]
    for setting in settings {
      guard let split = setting.firstIndex(of: "=") else {
        throw ValidationError("--set takes key=value, not \(setting)")
      }
      flags[String(setting[..<split])] = String(setting[setting.index(after: split)...])
    }
    if let home { flags["home"] = home }
    return try ServerConfiguration.load(
      flags: flags, environment: ProcessInfo.processInfo.environment)
  }
}

extension Logger {
  /// The server's log: one line an event, on standard error.
  static func server(_ level: Logger.Level) -> Logger {
    var logger = Logger(label: "bureaud") { StreamLogHandler.standardError(label: $0) }
    logger.logLevel = level
    return logger
  }
}

struct InitCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "init",
    abstract: "Makes the server's folder: private CA, certificate, keys, bootstrap token.")

  @OptionGroup var common: CommonOptions

  @Option(help: "Names and addresses by which clients reach the server; may be repeated.")
  var hostname: [String] = []

  func run() async throws {
    let configuration = try common.load()
    let home = Home(folder: configuration.home)
    let authority = try home.prepare(
      hostnames: ["localhost", "127.0.0.1"] + hostname, now: Date(),
      auditKey: configuration.auditKey,
      masterKey: configuration.masterKeyText == nil ? configuration.masterKey : nil,
      witness: FolderWitness(folder: configuration.witnessFolder))
    // A folder that is not there is a gateway that is missing (X-03): made once, never again.
    try FileManager.default.createDirectory(
      at: configuration.bankFolder, withIntermediateDirectories: true)
    print("home: \(home.folder.path)")
    print("CA certificate: \(configuration.authorityFolder.appending(path: "ca.pem").path)")
    print("CA fingerprint (SHA-256): \(authority.fingerprint)")
    print("bootstrap token: \(home.bootstrapToken.path) (one bureau; delete it afterwards)")
  }
}

struct ServeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "serve", abstract: "Serves until SIGTERM.")

  @OptionGroup var common: CommonOptions

  func run() async throws {
    let configuration = try common.load()
    let logger = Logger.server(configuration.logLevel)
    OpenFileLimit.raise()
    let home = Home(folder: configuration.home)
    var client: BankIDClient?
    let wiring: Wiring
    if let bankID = configuration.bankID {
      func text(_ url: URL) throws -> String { try String(contentsOf: url, encoding: .utf8) }
      let made = try BankIDClient(
        BankIDRelyingParty(
          baseURL: bankID.url.absoluteString, certificatePEM: text(bankID.clientCertificate),
          keyPEM: text(bankID.clientKey), trustRootsPEM: text(bankID.serverTrust)),
        logger: logger)
      client = made
      let verifier = try EvidenceVerifier(
        rootPEM: text(bankID.evidenceRoot), nonceRule: .sha256OfDocument)
      wiring = try await Wiring.make(
        configuration, home: home, sources: .system,
        identity: BankIDIdentity(client: made, verifier: verifier), logger: logger)
    } else {
      if configuration.bankIDNO == nil {
        logger.warning("BankID is not configured: nobody can log in")
      }
      wiring = try await Wiring.make(
        configuration, home: home, sources: .system, identity: NoIdentity(), logger: logger)
    }
    let jobs = wiring.server.jobs
    let runner = JobRunner(interval: .seconds(1), logger: logger) { try await jobs.runOnce() }
    let result: Result<Void, any Error>
    let desk = OperatorService(
      folder: OperatorFolder(home: home.folder), desk: wiring.server.reviews, logger: logger)
    do { result = .success(try await wiring.run(beside: [runner, desk], logger: logger)) } catch {
      result = .failure(error)
    }
    await client?.shutdown()
    try result.get()
  }
}

struct ConfigCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "config", abstract: "Looks at the configuration.", subcommands: [Check.self])

  struct Check: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Shows the configuration in effect with where each value comes from.")

    @OptionGroup var common: CommonOptions

    func run() async throws {
      print(try common.load().effectiveText, terminator: "")
    }
  }
}
