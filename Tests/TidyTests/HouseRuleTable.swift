extension HouseRule {
  private static let pure = [
    "Sources/Primitives/", "Sources/Formats/", "Sources/Domain/", "Sources/Policies/",
    "Sources/Sealing/",
  ]
  private static let ours = ["Sources/", "Clients/"]
  private static let everywhere = [""]

  static let all: [HouseRule] = [
    HouseRule(
      what: "the clock is read in pure code",
      remedy: "take the time as a value (Instant, CalendarDate)", within: pure,
      pattern:
        #"\b(Date\s*\(\s*\)|Date\.now|ContinuousClock|SuspendingClock|DispatchTime|clock_gettime|gettimeofday)"#,
      catches: ["let now = Date()", "let now = Date.now", "ContinuousClock().now"],
      passes: ["CalendarDate()", "// Date()", "let name = \"Date()\""]),
    HouseRule(
      what: "chance in pure code", remedy: "take ids and random bytes as values", within: pure,
      pattern: #"\b(UUID\s*\(\s*\)|SystemRandomNumberGenerator)|\.random\b|\.shuffled?\(\s*\)"#,
      catches: ["UUID()", "Int.random(in: 0...1)", "SystemRandomNumberGenerator()"],
      passes: ["UUID(uuid: bytes)", "let random = salt"]),
    HouseRule(
      what: "a task or a thread in pure code",
      remedy: "rules are values and functions; wait and share outside them", within: pure,
      pattern:
        #"\b(Task|TaskGroup|with(Throwing)?TaskGroup|DispatchQueue|Thread|Mutex|actor\s+[A-Z]\w*)\b"#,
      catches: ["Task { }", "withTaskGroup(of: Int.self) {}", "actor Pool {}"],
      passes: ["// Task", "let task = 1", "struct TaskName {}", "request.actor"]),
    HouseRule(
      what: "the outside world in pure code",
      remedy: "take bytes and values; read and print outside",
      within: pure,
      pattern:
        #"\b(FileManager|FileHandle|ProcessInfo|URLSession|Process|getenv|fopen|print|debugPrint)\b\s*[(.]"#,
      catches: ["FileManager.default", "print(1)", "ProcessInfo.processInfo"],
      passes: ["fingerprint(1)", "prints(1)", "\"print(1)\""]),
    HouseRule(
      what: "a crash as an answer",
      remedy: "throw a named refusal; `precondition` for our own faults",
      within: ["Sources/"], pattern: #"\b(fatalError|assertionFailure|abort)\s*\("#,
      catches: ["fatalError(\"no\")", "abort()"],
      passes: ["precondition(a)", "preconditionFailure(\"never\")", "transaction.aborted()"]),
    HouseRule(
      what: "floating point near money",
      remedy: "count minor units in Int64, name the rounding of every division",
      within: pure + ["Sources/Storage/"],
      pattern: #"\b(Double|Float|Float16|Float32|Float64|CGFloat|TimeInterval|NSNumber)\b"#,
      catches: ["let a: Double = 1", "TimeInterval(3)"],
      passes: ["// a Double", "DoubleEntry()", "\"Float\""]),
    HouseRule(
      what: "a read past the tenant guard",
      remedy: "name the table alone (`FROM payment`): the guarded view answers for the scope",
      view: .text, within: ["Sources/Storage/"],
      // A DELETE names its table in full; its FROM is passed over.
      pattern: #"(?i)(?<!\bDELETE)(?<!\bDELETE\s)\s(FROM|JOIN)\s+main\s*\."#,
      catches: ["SELECT 1 FROM main.payment", "a JOIN\n  main.payment"],
      passes: ["DELETE FROM main.payment", "SELECT 1 FROM payment", "INSERT INTO main.payment"]),
    HouseRule(
      what: "a read of all tenants",
      remedy: "open a scope; only backup, check and rebuild are about the whole database",
      within: ["Sources/Storage/", "Sources/Server/", "Sources/bureaud/", "Clients/"],
      pattern: #"\bwithSnapshot\b|\bdatabase\.snapshot\s*\(|\.alone\s*[({]"#,
      exceptions: [
        "Sources/Storage/Journal/Rebuild.swift": "rebuild, and the check of what it would change",
        "Sources/bureaud/Commands/AuditCommands.swift": "the check of all bureaus' journals",
        "Sources/Storage/Backup/": "a backup holds the whole database",
        "Sources/Storage/Secrets/SealedSecrets.swift":
          "a new master key seals all tenants' secrets",
        "Sources/bureaud/DatabaseBackup.swift": "a backup holds the whole database",
        "Sources/bureaud/DatabaseRestore.swift": "a restore fills the whole database",
      ],
      catches: [
        "database.withSnapshot { _ in }", "try await database.snapshot()", "a.alone { 1 }",
      ],
      passes: ["// withSnapshot", "let snapshot = 1"]),
    HouseRule(
      what: "a promise that the compiler cannot check",
      remedy: "use a value, a Mutex or an actor; else list the file with its reason",
      within: ours,
      pattern: #"@unchecked\s+Sendable|nonisolated\s*\(\s*unsafe\s*\)|@preconcurrency"#,
      catches: ["class A: @unchecked Sendable {}", "nonisolated(unsafe) var a = 1"],
      passes: ["struct A: Sendable {}", "// @unchecked Sendable"]),
    HouseRule(
      what: "a task that nobody waits for", remedy: "use a task group, or a Service in the group",
      within: ours, pattern: #"\bTask\s*\.\s*detached\b"#,
      catches: ["Task.detached { }"], passes: ["Task.checkCancellation()", "task.detached"]),
    HouseRule(
      what: "a crash instead of an error",
      remedy: "use `guard let`, `try`, `as?` and say what is wrong",
      within: ours, pattern: #"\btry!|[\w)\]}>]!(?![=])"#,
      catches: ["try! a()", "let a = b!", "a()!.c", "let a: Int!", "a as! B"],
      passes: ["a != b", "!a", "if !a {}", "\"no!\"", "a!=b", "func `stop!`() {}"]),
    HouseRule(
      what: "a test that sleeps or reads the wall clock",
      remedy: "turn the injected clock, or wait for the event itself with a bound",
      within: ["Tests/"],
      pattern: #"\b(sleep|usleep|nanosleep)\s*\(|Date\s*\(\s*\)|Date\.now"#,
      exceptions: [
        "Tests/ServerTests/Transport/": "TLS certificates live by wall time",
        "Tests/bureaudTests/ServerConfigurationTests.swift": "TLS certificates live by wall time",
      ],
      catches: ["sleep(1)", "try await Task.sleep(for: .seconds(1))", "Date()"],
      passes: ["// sleep(1)", "asleep(1)", "\"sleep(1)\""]),
    HouseRule(
      what: "a fixed port", remedy: "bind port 0 and ask which one it became",
      view: .text, within: ["Tests/", "Clients/demo/"],
      pattern: #"(127\.0\.0\.1|localhost|\[::1\]):[1-9][0-9]*|\bport:\s*[1-9][0-9]*"#,
      exceptions: [
        "Tests/TidyTests/HouseRuleTable.swift": "the examples of this rule",
        "Tests/bureaudTests/ServerConfigurationTests.swift": "settings that are read, never bound",
      ],
      catches: ["\"127.0.0.1:8443\"", "bind(port: 8080)", "localhost:443"],
      passes: ["\"127.0.0.1:0\"", "bind(port: 0)", "\"127.0.0.1:\\(port)\""]),
    HouseRule(
      what: "a word that says nothing about the thing",
      remedy: "name it after what it holds", within: everywhere,
      pattern:
        #"\b(class|struct|enum|actor|protocol|typealias)\s+\w*(Utils?|Helpers?|Common|Manager)\b"#,
      catches: ["enum StringUtils {}", "struct KeyManager {}"],
      passes: ["struct Commons {}", "struct Managed {}"]),
    HouseRule(
      what: "a path of somebody's machine",
      remedy: "derive it from the package's root or take it as input",
      view: .text, within: everywhere, suffixes: [],
      pattern: "(?<![\\w.])/(home|Users|root)/[a-z]|[A-Z]:\\\\Users",
      exceptions: ["Tests/TidyTests/HouseRuleTable.swift": "the examples of this rule"],
      catches: ["cd /home/kim/bureau", "/Users/kim"],
      passes: ["https://a.example/users/kim", "./root/a"]),
    HouseRule(
      what: "the address of a registry or a mirror",
      remedy: "name packages, not where one machine gets them",
      view: .text, within: everywhere, suffixes: [],
      pattern:
        #"(?i)\b(artifactory|nexus|jfrog|pkg\.dev|npm\.pkg|(registry|mirror|proxy|pypi|crates)\.[a-z0-9-]+\.[a-z]{2,}|[a-z0-9.-]+\.(internal|corp|lan))\b"#,
      exceptions: ["Tests/TidyTests/HouseRuleTable.swift": "the examples of this rule"],
      catches: ["https://mirror.acme.com/debian", "git.acme.corp", "https://acme.jfrog.io"],
      passes: ["https://github.com/apple/swift-nio", "google.api.resource", "proxy"]),
    HouseRule(
      what: "a private key", remedy: "make it at run time; a key in the tree is a key given away",
      view: .text, within: everywhere, suffixes: [],
      pattern: #"BEGIN [A-Z ]*PRIVATE KEY-----(\\n|\s|")*[A-Za-z0-9+/]{40}"#,
      catches: [
        "-----BEGIN " + "PRIVATE KEY-----\n" + String(repeating: "A", count: 64),
        "-----BEGIN EC " + "PRIVATE KEY-----\n" + String(repeating: "b", count: 64),
      ],
      passes: ["\"-----BEGIN PRIVATE KEY-----\"", "-----BEGIN CERTIFICATE-----\nMIIB"]),
    HouseRule(
      what: "a thing still to do that nobody knows of",
      remedy: "do it, or write `TODO(name): reason` and list it in DECISIONS.md or an issue",
      view: .text, within: ["Sources/", "Clients/", "Tests/", "Protos/bureau/", "deploy/"],
      suffixes: [],
      pattern: #"\b(FIXME|HACK|TODO(?!\([\w .-]+\): ))\b"#,
      exceptions: ["Tests/TidyTests/HouseRuleTable.swift": "the examples of this rule"],
      catches: ["// TODO later", "// FIXME: no"],
      passes: ["// TODO(kim): when the second bank comes"]),
  ]
}
