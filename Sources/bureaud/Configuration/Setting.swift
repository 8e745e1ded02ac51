/// One key of the configuration: what it means, what it may be, what it is when nobody says.
package struct Setting: Sendable {
  package enum Kind: Sendable {
    /// An address or name to bind or connect to.
    case host
    /// A folder or file; a relative one lies in the home folder.
    case path
    /// Like `path`, but it must be there when it is set.
    case existing
    case https
    /// `sqlite:PATH` or `postgres://…`.
    case database
    /// `ADDRESS:PORT`, the address in figures.
    case endpoint
    /// One line of text.
    case line
    case number(ClosedRange<Int>)
    case choice([String])
  }

  /// Parts joined by dots, as in the file: `listen.port`.
  package let key: String
  package let kind: Kind
  /// Nil: the setting is optional and off.
  package let standard: String?
  /// One line for people.
  package let meaning: String

  /// Beside the file: `BUREAU_LISTEN_PORT`.
  package var variable: String {
    "BUREAU_" + key.uppercased().map { $0 == "." || $0 == "-" ? "_" : String($0) }.joined()
  }

  /// Every key there is, in the order in which they are shown.
  package static let all: [Setting] =
    [
      Setting("listen.host", .host, "127.0.0.1", "address to listen on; 0.0.0.0 or :: for all"),
      Setting("listen.port", .number(0...65_535), "8443", "port to listen on; 0 takes a free one"),
      Setting(
        "tls.certificate", .existing, nil, "server certificate, PEM; not set: tls/server.pem"),
      Setting("tls.key", .existing, nil, "its private key, PEM; not set: tls/server.key"),
      Setting("tls.client-authorities", .existing, nil, "who issues client certificates, PEM"),
      Setting(
        "database", .database, "sqlite:bureau.db",
        "where everything is kept: sqlite:PATH or postgres://USER@HOST/NAME"),
      Setting(
        "postgres.writers", .number(2...256), "16", "writes at once, a connection each"),
      Setting(
        "postgres.readers", .number(2...256), "8", "reads at once, a connection each"),
      Setting("bank.folder", .path, "bank", "files to and from banks"),
      Setting(
        "review.folder", .path, nil,
        "where the partner that approves agreements is asked and answers; not set: no partner"),
      Setting("bankid.url", .https, nil, "relying-party API, version 6, up to the version"),
      Setting("bankid.client-certificate", .existing, nil, "relying-party certificate, PEM"),
      Setting("bankid.client-key", .existing, nil, "its private key, PEM"),
      Setting("bankid.server-trust", .existing, nil, "root of BankID's server certificate, PEM"),
      Setting("bankid.evidence-root", .existing, nil, "root of BankID's signatures, PEM"),
      Setting(
        "bankid-no.issuer", .https, nil,
        "Norwegian BankID: the OpenID provider's issuer; needs pages.url"),
      Setting("bankid-no.client-id", .line, nil, "who we are to it"),
      Setting("bankid-no.client-secret", .existing, nil, "file with the secret it gave us"),
      Setting("bankid-no.scope", .line, "openid profile nnin", "what is asked for"),
      Setting("bankid-no.national-id-claim", .line, "nnin", "the claim that holds the national id"),
      Setting(
        "bankid-no.server-trust", .existing, nil,
        "roots of its server certificate, PEM; not set: the system's"),
      Setting(
        "secrets.master-key", .path, "secrets/master.key",
        "seals secrets in the database; BUREAU_MASTER_KEY takes its place"),
      Setting("audit.key", .path, "secrets/audit.key", "signs checkpoints; best on another disk"),
      Setting("witness.folder", .path, "witness", "signed checkpoints; best on another disk"),
      Setting(
        "witness.interval-minutes", .number(1...1_440), "15",
        "between two checkpoints, where anything has changed"),
      Setting(
        "metrics.listen", .endpoint, nil,
        "plain HTTP for /metrics, /healthz and /readyz, such as 127.0.0.1:9464"),
      Setting(
        "metrics.any-address", .choice(["no", "yes"]), "no",
        "whether metrics.listen may be seen from other machines"),
      Setting(
        "pages.listen", .endpoint, nil,
        "HTTPS for people who only sign, such as 0.0.0.0:443; not set: no pages"),
      Setting(
        "pages.url", .https, nil,
        "how phones reach the pages, such as https://sign.example.com; not set: by pages.listen"),
      Setting("log.level", .choice(logLevels), "info", "least important line that is logged"),
      Setting("session.idle-minutes", .number(1...1_440), "5", "unused session ends"),
      Setting("session.absolute-minutes", .number(1...10_080), "480", "any session ends"),
      Setting(
        "past.max-facts", .number(1_000...10_000_000), "100000",
        "facts replayed for one answer as of a moment"),
      Setting("past.max-at-once", .number(1...64), "2", "answers as of a moment worked on at once"),
    ] + limits

  private static let limits = [
    Setting("limits.max-connections", .number(1...100_000), "1000", "connections, all addresses"),
    Setting(
      "limits.max-connections-per-address", .number(1...100_000), "100",
      "connections from one address"),
    Setting("limits.handshake-seconds", .number(1...60), "5", "time for the TLS handshake"),
    Setting("limits.read-idle-seconds", .number(2...3_600), "60", "a silent peer is closed"),
    Setting("limits.keepalive-seconds", .number(1...3_600), "20", "a silent peer is pinged"),
    Setting("limits.max-age-minutes", .number(1...10_080), "120", "connections are renewed"),
    Setting(
      "limits.drain-seconds", .number(0...300), "0",
      "health says NOT_SERVING before connections close"),
    Setting(
      "limits.shutdown-grace-seconds", .number(1...300), "2", "time for calls at shutdown"),
    Setting(
      "limits.max-concurrent-streams", .number(1...1_000), "100", "calls at once, a connection"),
    Setting("limits.max-calls", .number(1...1_000_000), "10000", "calls at once, all connections"),
    Setting(
      "limits.max-partial-bytes", .number(1_048_576...17_179_869_184), "268435456",
      "messages that have come in part, all connections"),
    Setting(
      "limits.user-calls-per-minute", .number(0...10_000_000), "60000",
      "calls of one user; 0: no limit"),
    Setting(
      "limits.company-calls-per-minute", .number(0...10_000_000), "600000",
      "commands and reads at one company, items of streams too; 0: no limit"),
    Setting(
      "limits.address-calls-per-minute", .number(0...10_000_000), "3000",
      "calls without a login from one address; 0: no limit"),
    Setting(
      "limits.max-request-bytes", .number(1_024...67_108_864), "4194304", "largest message"),
  ]

  static let logLevels = ["trace", "debug", "info", "notice", "warning", "error", "critical"]

  private init(_ key: String, _ kind: Kind, _ standard: String?, _ meaning: String) {
    self.key = key
    self.kind = kind
    self.standard = standard
    self.meaning = meaning
  }

  /// What a value must be, in words; the second half of an error.
  package var expected: String {
    switch kind {
    case .host: "an IP address or a host name"
    case .path: "a path"
    case .line: "one line of text"
    case .existing: "the path of a file that is there and can be read"
    case .https: "a URL that begins with https:// and has no password in it"
    case .database: "sqlite:PATH, such as sqlite:bureau.sqlite, or postgres://USER@HOST/NAME"
    case .endpoint: "ADDRESS:PORT, such as 127.0.0.1:9464 or [::1]:9464"
    case .number(let range): "a whole number from \(range.lowerBound) to \(range.upperBound)"
    case .choice(let words): "one of \(words.joined(separator: ", "))"
    }
  }
}
