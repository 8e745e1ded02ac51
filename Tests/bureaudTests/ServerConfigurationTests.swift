import Foundation
import Logging
import Server
import Testing
import bureaud

@Suite struct ServerConfigurationTests {
  private func withHome(
    _ file: String? = nil, _ body: (URL) throws -> Void
  ) throws {
    let home = FileManager.default.temporaryDirectory
      .appendingPathComponent("bureau-\(UInt64.random(in: .min ... .max))").standardizedFileURL
    defer { try? FileManager.default.removeItem(at: home) }
    try FileManager.default.createDirectory(at: home, withIntermediateDirectories: true)
    if let file {
      try Data(file.utf8).write(to: home.appendingPathComponent("bureau.yaml"))
    }
    try body(home)
  }

  private func load(
    _ home: URL, flags: [String: String] = [:], environment: [String: String] = [:]
  ) throws -> ServerConfiguration {
    try ServerConfiguration.load(
      flags: flags.merging(["home": home.path]) { $1 }, environment: environment)
  }

  private func problems(
    _ home: URL, flags: [String: String] = [:], environment: [String: String] = [:]
  ) throws -> [ConfigurationError.Problem] {
    let error = #expect(throws: ConfigurationError.self) {
      try load(home, flags: flags, environment: environment)
    }
    return try #require(error).problems
  }

  @Test func `an empty home gives the defaults`() throws {
    try withHome { home in
      let configuration = try load(home)
      #expect(configuration.listenHost == "127.0.0.1")
      #expect(configuration.listenPort == 8443)
      #expect(configuration.database.path == home.path + "/bureau.db")
      #expect(configuration.tlsCertificate.path == home.path + "/tls/server.pem")
      #expect(configuration.witnessFolder.path == home.path + "/witness")
      #expect(configuration.bankID == nil)
      #expect(configuration.sessionIdleMinutes == 5)
      #expect(configuration.past == PastLimits())
      #expect(configuration.limits.faults.isEmpty)
      #expect(configuration.limits.maxConnections == TransportLimits().maxConnections)
      #expect(configuration.limits.keepalive == TransportLimits().keepalive)
    }
  }

  @Test func `a flag beats the environment, which beats the file, which beats the default`() throws
  {
    try withHome("listen:\n  port: 1\n  host: ::1\nlog:\n  level: debug\n") { home in
      let environment = ["BUREAU_LISTEN_PORT": "2", "BUREAU_LISTEN_HOST": "::"]
      let configuration = try load(home, flags: ["listen.port": "3"], environment: environment)
      #expect(configuration.listenPort == 3)
      #expect(configuration.listenHost == "::")
      #expect(configuration.logLevel.rawValue == "debug")
      #expect(configuration.sessionIdleMinutes == 5)
      let origins = Dictionary(
        uniqueKeysWithValues: configuration.values.map { ($0.setting.key, $0.value?.origin) })
      #expect(origins["listen.port"] == .flag)
      #expect(origins["listen.host"] == .environment)
      #expect(origins["log.level"] == .file)
      #expect(origins["session.idle-minutes"] == .standard)
    }
  }

  @Test(arguments: Setting.all)
  func `every setting has a variable of its own`(setting: Setting) throws {
    #expect(Setting.all.filter { $0.variable == setting.variable }.count == 1)
    try withHome { home in
      // Too long for any kind, so each one that is read is refused by its name.
      let long = String(repeating: "x", count: 5_000)
      let found = try problems(home, environment: [setting.variable: long])
      #expect(found.contains { $0.key == setting.key && $0.source == setting.variable })
    }
  }

  @Test func `JSON is read too`() throws {
    try withHome(#"{"listen": {"port": 9000}, "session": {"idle-minutes": 5}}"#) { home in
      let configuration = try load(home)
      #expect(configuration.listenPort == 9000)
      #expect(configuration.sessionIdleMinutes == 5)
    }
  }

  @Test(arguments: ["", "\n", "# nothing yet\n", "---\n# nothing\n"])
  func `a file without settings is no setting`(file: String) throws {
    try withHome(file) { home in
      let configuration = try load(home)
      #expect(configuration.listenPort == 8443)
    }
  }

  @Test(arguments: [
    ("listen:\n  prot: 8443\n", "listen.prot"), ("lissen:\n  port: 1\n", "lissen.port"),
    ("home: /elsewhere\n", "home"), ("listen: 8443\n", "listen"),
    ("limits:\n  max-connections: 5\n  max: 7\n", "limits.max"),
  ])
  func `an unknown key in the file is refused by name`(file: String, key: String) throws {
    try withHome(file) { home in
      let found = try problems(home)
      #expect(found.map(\.key) == [key])
      #expect(found.first?.source.hasSuffix("bureau.yaml") == true)
      #expect(found.first?.remedy.isEmpty == false)
    }
  }

  @Test func `an unknown flag is refused by name`() throws {
    try withHome { home in
      let found = try problems(home, flags: ["listen.prot": "1"])
      #expect(found.map(\.key) == ["listen.prot"])
    }
  }

  @Test(arguments: [
    ("listen.port", "http"), ("listen.port", "65536"), ("listen.port", "-1"),
    ("listen.port", "80.5"), ("listen.port", "0x50"), ("listen.port", ""),
    ("listen.host", "a b"), ("listen.host", "https://x"), ("log.level", "loud"),
    ("database", "postgres://u:p@h/db"), ("database", "postgres://u@h/db?sslmode=disable"),
    ("database", "postgres://u@[h/db"), ("database", "postgres://u@/db?passwordfile=/no/such"),
    ("postgres.writers", "1"), ("database", "sqlite:"), ("database", "bureau.db"),
    ("session.idle-minutes", "0"), ("tls.client-authorities", "no/such.pem"),
    ("bankid.url", "http://bankid.example"), ("limits.max-connections", "0"),
    ("bank.folder", "two\nlines"),
  ])
  func `a value that cannot be is refused with its key and a remedy`(
    key: String, value: String
  ) throws {
    try withHome { home in
      let found = try problems(home, flags: [key: value]).filter { $0.key == key }
      #expect(found.count == 1)
      #expect(found.first?.source == "flag --\(key)")
      #expect(found.first?.remedy.isEmpty == false)
    }
  }

  @Test(arguments: [
    "postgres://bureau:tr0ub4dor@/bureau", "postgres://bureau@/bureau?password=tr0ub4dor&host=/tmp",
  ])
  func `a password in the database's URL is never shown`(url: String) throws {
    try withHome("database: \"\(url)\"\n") { home in
      let configuration = try load(home)
      #expect(configuration.effectiveText.contains("REDACTED"))
      #expect(!configuration.effectiveText.contains("tr0ub4dor"))
      guard case .postgres(url: let kept, writers: 16, readers: 8) = configuration.location else {
        Issue.record("not PostgreSQL")
        return
      }
      #expect(kept == url)
      let found = try problems(home, flags: ["database": url])
      #expect(found.map(\.problem) == ["holds a password, which others on this machine could read"])
      let mark = url.contains("?") ? "&" : "?"
      let wrong = try problems(
        home, environment: ["BUREAU_DATABASE": url + "\(mark)nonsense=1"])
      #expect(!"\(wrong)".contains("tr0ub4dor"))
    }
  }

  @Test(arguments: ["listen: [", "- a\n- b\n", "listen:\n  port: [1, 2]\n", "\u{0}", "just words"])
  func `a file that makes no sense is refused, not fatal`(file: String) throws {
    try withHome(file) { home in
      let found = try problems(home)
      #expect(found.contains { $0.source.hasSuffix("bureau.yaml") })
    }
  }

  @Test func `every problem is told at once`() throws {
    try withHome("listen:\n  port: x\nlog:\n  level: y\n") { home in
      let found = try problems(home, flags: ["database": "z"])
      #expect(Set(found.map(\.key)) == ["listen.port", "log.level", "database"])
    }
  }

  @Test func `BankID is set as a whole or not at all`() throws {
    try withHome { home in
      let found = try problems(home, flags: ["bankid.url": "https://bankid.example/rp/v6.0"])
      #expect(
        Set(found.map(\.key)) == [
          "bankid.client-certificate", "bankid.client-key", "bankid.server-trust",
          "bankid.evidence-root",
        ])
      for name in ["rp.pem", "rp.key", "trust.pem", "root.pem"] {
        try Data().write(to: home.appendingPathComponent(name))
      }
      let flags = [
        "bankid.url": "https://bankid.example/rp/v6.0", "bankid.client-certificate": "rp.pem",
        "bankid.client-key": "rp.key", "bankid.server-trust": "trust.pem",
        "bankid.evidence-root": "root.pem",
      ]
      let bankID = try #require(try load(home, flags: flags).bankID)
      #expect(bankID.url.absoluteString == "https://bankid.example/rp/v6.0")
      #expect(bankID.clientKey.path == home.path + "/rp.key")
    }
  }

  @Test(arguments: [
    ["session.idle-minutes": "60", "session.absolute-minutes": "59"],
    ["limits.keepalive-seconds": "60", "limits.read-idle-seconds": "60"],
  ])
  func `values that contradict each other are refused`(flags: [String: String]) throws {
    try withHome { home in
      let found = try problems(home, flags: flags)
      #expect(found.count == 1)
    }
  }

  @Test func `the effective configuration can be read again and means the same`() throws {
    try withHome { home in
      let odd = #"bank "folder" \ # ü"#
      let first = try load(
        home, flags: ["listen.port": "9443", "bank.folder": odd, "limits.max-age-minutes": "7"])
      let text = first.effectiveText
      #expect(text.contains("port: 9443  # flag"))
      try Data(text.utf8).write(to: home.appendingPathComponent("bureau.yaml"))
      let second = try load(home)
      #expect(second.values.map { $0.value?.text } == first.values.map { $0.value?.text })
      #expect(second.bankFolder == first.bankFolder)
      #expect(second.limits == first.limits)
    }
  }

  @Test func `server certificates are read from the home folder`() throws {
    try withHome { home in
      let configuration = try load(home)
      #expect(throws: ConfigurationError.self) { try configuration.serverTLS() }
      let authority = try Authority.create(
        in: configuration.authorityFolder, hostnames: ["localhost"], now: Date())
      let tls = try configuration.serverTLS()
      #expect(tls.certificateChain == authority.serverCertificate)
      _ = try tls.configuration()
    }
  }
}
