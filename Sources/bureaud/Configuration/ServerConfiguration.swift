package import Foundation
package import Logging
package import Server

/// Everything that `bureaud` can be told, read once at start: flag over environment over file
/// over default. Every value is valid; relative paths have become absolute.
package struct ServerConfiguration: Sendable {
  /// BankID's relying-party API and what is needed to be let in; see the settings of the same name.
  package struct BankID: Equatable, Sendable {
    package let url: URL
    package let clientCertificate: URL
    package let clientKey: URL
    package let serverTrust: URL
    package let evidenceRoot: URL
  }

  /// Norwegian BankID; see the settings of the same name.
  package struct BankIDNO: Sendable {
    package let issuer: String
    package let clientID: String
    package let clientSecret: URL
    package let scope: String
    package let nationalIDClaim: String
    package let serverTrust: URL?
  }

  /// The folder of the database, the certificates and `bureau.yaml`.
  package let home: URL
  package let listenHost: String
  /// 0 takes a free one.
  package let listenPort: Int
  package let tlsCertificate: URL
  package let tlsKey: URL
  package let tlsClientAuthorities: URL?
  package let location: DatabaseLocation
  /// The file of the SQLite database; on PostgreSQL a path where nothing can be.
  package var database: URL {
    guard case .sqlite(let file) = location else { return URL(fileURLWithPath: "/dev/null/none") }
    return file
  }
  package let bankFolder: URL
  /// Nil: no partner reviews agreements.
  package let reviewFolder: URL?
  /// Nil: no BankID; only the sandbox works without.
  package let bankID: BankID?
  /// Nil: no Norwegian BankID.
  package let bankIDNO: BankIDNO?
  /// The file of the keys that seal secrets in the database.
  package let masterKey: URL
  /// The keys themselves, from the environment; nil: the file has them. Never shown.
  package var masterKeyText: String?
  /// The file of the key that signs checkpoints.
  package let auditKey: URL
  package let witnessFolder: URL
  package let witnessIntervalMinutes: Int
  /// Nil: no metrics and no health but gRPC's.
  package let metricsListen: Endpoint?
  /// Nil: no pages.
  package let pagesListen: Endpoint?
  /// How phones reach the pages, without a slash at its end; nil: by the address of `pagesListen`.
  package let pagesURL: String?
  package let logLevel: Logger.Level
  package let sessionIdleMinutes: Int
  package let sessionAbsoluteMinutes: Int
  /// What looking at the past may cost.
  package let past: PastLimits
  package let limits: TransportLimits
  /// How often users, companies and addresses may call.
  package let rates: RateSettings

  /// Every setting with the value in effect; nil where an optional one is off.
  package let values: [(setting: Setting, value: SettingValue?)]

  /// Where the private authority of `bureaud init` lies.
  package var authorityFolder: URL { home.appendingPathComponent("tls") }

  /// The home folder when nobody names one.
  package static let standardHome = "/var/lib/bureau"

  /// Reads `<home>/bureau.yaml` (YAML or JSON; may be missing) and what overrides it.
  /// - Parameters:
  ///   - flags: Values given on the command line by key, `listen.port`; `home` among them.
  ///   - environment: The process's environment; `BUREAU_*` is looked at.
  package static func load(
    flags: [String: String], environment: [String: String]
  ) throws(ConfigurationError) -> ServerConfiguration {
    var flags = flags
    let given = flags.removeValue(forKey: "home") ?? environment["BUREAU_HOME"] ?? ""
    let home = URL(
      fileURLWithPath: given.isEmpty ? standardHome : given, isDirectory: true
    ).standardizedFileURL
    let file = home.appendingPathComponent("bureau.yaml").path
    let sources = SettingSources(flags: flags, environment: environment, file: file)
    var reading = SettingReading(home: home, sources: sources)
    var configuration = ServerConfiguration(home: home, reading: &reading)
    configuration.masterKeyText = environment["BUREAU_MASTER_KEY"].flatMap {
      $0.isEmpty ? nil : $0
    }
    guard reading.problems.isEmpty else {
      throw ConfigurationError(problems: reading.problems)
    }
    return configuration
  }

  private init(home: URL, reading: inout SettingReading) {
    self.home = home
    listenHost = reading.text("listen.host")
    listenPort = reading.number("listen.port")
    let tls = home.appendingPathComponent("tls")
    let certificate = reading.path("tls.certificate")
    let key = reading.path("tls.key")
    reading.requireTogether(["tls.certificate", "tls.key"])
    tlsCertificate = certificate ?? tls.appendingPathComponent("server.pem")
    tlsKey = key ?? tls.appendingPathComponent("server.key")
    tlsClientAuthorities = reading.path("tls.client-authorities")
    location = reading.database("database")
    bankFolder = reading.path("bank.folder") ?? home
    reviewFolder = reading.path("review.folder")
    bankID = ServerConfiguration.bankID(&reading)
    masterKey = reading.path("secrets.master-key") ?? home
    auditKey = reading.path("audit.key") ?? home
    witnessFolder = reading.path("witness.folder") ?? home
    witnessIntervalMinutes = reading.number("witness.interval-minutes")
    metricsListen = reading.endpoint("metrics.listen")
    if let metricsListen, !metricsListen.isLoopback, reading.text("metrics.any-address") != "yes" {
      reading.refuse(
        "metrics.listen", "can be reached from other machines, without TLS and without a login",
        "listen on 127.0.0.1, or set metrics.any-address to yes where the network is your own")
    }
    pagesListen = reading.endpoint("pages.listen")
    let pages = reading.url("pages.url")
    pagesURL = pages.map {
      $0.absoluteString.hasSuffix("/") ? String($0.absoluteString.dropLast()) : $0.absoluteString
    }
    if let pages, !["", "/"].contains(pages.path) || pages.query != nil || pages.fragment != nil {
      reading.refuse(
        "pages.url", "has more than a host and a port",
        "give an address like https://sign.example.com")
    }
    if pages != nil, pagesListen == nil {
      reading.refuse(
        "pages.listen", "is missing beside pages.url", "set it, such as 0.0.0.0:443")
    }
    bankIDNO = ServerConfiguration.bankIDNO(&reading, hasPages: pages != nil)
    logLevel = Logger.Level(rawValue: reading.text("log.level")) ?? .info
    sessionIdleMinutes = reading.number("session.idle-minutes")
    sessionAbsoluteMinutes = reading.number("session.absolute-minutes")
    if sessionIdleMinutes > sessionAbsoluteMinutes {
      reading.refuse(
        "session.idle-minutes", "is longer than session.absolute-minutes",
        "give at most \(sessionAbsoluteMinutes)")
    }
    var past = PastLimits()
    past.facts = Int64(reading.number("past.max-facts"))
    past.concurrent = reading.number("past.max-at-once")
    self.past = past
    limits = ServerConfiguration.limits(&reading)
    rates = RateSettings(
      user: Rate(perMinute: reading.number("limits.user-calls-per-minute")),
      company: Rate(perMinute: reading.number("limits.company-calls-per-minute")),
      address: Rate(perMinute: reading.number("limits.address-calls-per-minute")))
    values = reading.values
  }

  private static func bankID(_ reading: inout SettingReading) -> BankID? {
    let url = reading.url("bankid.url")
    let certificate = reading.path("bankid.client-certificate")
    let key = reading.path("bankid.client-key")
    let trust = reading.path("bankid.server-trust")
    let root = reading.path("bankid.evidence-root")
    reading.requireTogether([
      "bankid.url", "bankid.client-certificate", "bankid.client-key", "bankid.server-trust",
      "bankid.evidence-root",
    ])
    guard let url, let certificate, let key, let trust, let root else { return nil }
    return BankID(
      url: url, clientCertificate: certificate, clientKey: key, serverTrust: trust,
      evidenceRoot: root)
  }

  private static func bankIDNO(_ reading: inout SettingReading, hasPages: Bool) -> BankIDNO? {
    let issuer = reading.url("bankid-no.issuer"), client = reading.text("bankid-no.client-id")
    let secret = reading.path("bankid-no.client-secret")
    reading.requireTogether(["bankid-no.issuer", "bankid-no.client-id", "bankid-no.client-secret"])
    guard let issuer, let secret, !client.isEmpty else { return nil }
    if !hasPages {
      reading.refuse(
        "pages.url", "is missing beside bankid-no.issuer",
        "set it: people come back to it, at \(Pages.returnPath)")
    }
    return BankIDNO(
      issuer: issuer.absoluteString, clientID: client, clientSecret: secret,
      scope: reading.text("bankid-no.scope"),
      nationalIDClaim: reading.text("bankid-no.national-id-claim"),
      serverTrust: reading.path("bankid-no.server-trust"))
  }

  private static func limits(_ reading: inout SettingReading) -> TransportLimits {
    var limits = TransportLimits()
    limits.maxConnections = reading.number("limits.max-connections")
    limits.maxConnectionsPerAddress = reading.number("limits.max-connections-per-address")
    limits.handshake = .seconds(reading.number("limits.handshake-seconds"))
    limits.opening = limits.handshake
    limits.readIdle = .seconds(reading.number("limits.read-idle-seconds"))
    limits.keepalive = .seconds(reading.number("limits.keepalive-seconds"))
    // A third of what is left between the ping and the guard.
    limits.keepaliveAnswer = (limits.readIdle - limits.keepalive) / 3
    limits.maxAge = .seconds(reading.number("limits.max-age-minutes") * 60)
    limits.drain = .seconds(reading.number("limits.drain-seconds", otherwise: 0))
    limits.shutdownGrace = .seconds(reading.number("limits.shutdown-grace-seconds"))
    limits.maxConcurrentStreams = reading.number("limits.max-concurrent-streams")
    limits.maxCalls = reading.number("limits.max-calls")
    limits.maxPartialBytes = reading.number("limits.max-partial-bytes")
    limits.maxRequestBytes = reading.number("limits.max-request-bytes")
    limits.maxPartialBytesPerConnection = max(
      limits.maxPartialBytesPerConnection, 2 * limits.maxRequestBytes)
    if limits.keepalive >= limits.readIdle {
      reading.refuse(
        "limits.keepalive-seconds", "is not shorter than limits.read-idle-seconds",
        "give a third of it")
    }
    return limits
  }

  /// The configuration in effect as a YAML file that could be used as it is, each line with its
  /// origin. Passwords in URLs are blanked; keys and certificates are named, never shown.
  package var effectiveText: String {
    var text = "# home: \(home.path)\n"
    var section = ""
    for (setting, value) in values {
      let parts = setting.key.split(separator: ".", maxSplits: 1).map(String.init)
      let indent = parts.count == 2 ? "  " : ""
      let name = parts[parts.count - 1]
      guard let value else {
        text += "\(indent)# \(setting.key): not set: \(setting.meaning)\n"
        continue
      }
      // A section without a value would be a key without a meaning.
      if parts.count == 2, parts[0] != section {
        section = parts[0]
        text += "\(section):\n"
      }
      let shown = ServerConfiguration.quoted(value.text, setting.kind)
      text += "\(indent)\(name): \(shown)  # \(value.origin.rawValue): \(setting.meaning)\n"
    }
    return text
  }

  private static func quoted(_ text: String, _ kind: Setting.Kind) -> String {
    if case .number = kind { return text }
    let redacted = text.replacing(/:\/\/[^\/@]*@/, with: "://REDACTED@")
      .replacing(/([?&]password=)[^&]*/) { "\($0.output.1)REDACTED" }
    return "\""
      + redacted.unicodeScalars.map { scalar in
        switch scalar {
        case "\"", "\\": "\\\(scalar)"
        case _ where scalar.properties.generalCategory == .control:
          "\\u" + String(String(scalar.value + 0x10000, radix: 16).suffix(4))
        default: String(scalar)
        }
      }.joined() + "\""
  }
}

extension ServerConfiguration {
  /// Reads the certificates that the server shows and asks for.
  package func serverTLS() throws(ConfigurationError) -> ServerTLS {
    ServerTLS(
      certificateChain: try text(of: tlsCertificate, "tls.certificate"),
      privateKey: try text(of: tlsKey, "tls.key"),
      clientAuthorities: try tlsClientAuthorities.map { url throws(ConfigurationError) in
        try text(of: url, "tls.client-authorities")
      })
  }

  private func text(of url: URL, _ key: String) throws(ConfigurationError) -> String {
    guard let data = FileManager.default.contents(atPath: url.path), data.count <= 1 << 20,
      let text = String(bytes: data, encoding: .utf8)
    else {
      throw ConfigurationError(problems: [
        .init(
          key: key, source: url.path, problem: "cannot be read",
          remedy: "run `bureaud init`, or set \(key) to a PEM file the server may read")
      ])
    }
    return text
  }
}
