import Foundation

/// One pass over the settings: gives each its typed value, gathers every problem on the way.
///
/// A value that is refused is replaced by a stand-in; the caller throws before it is used.
struct SettingReading {
  let home: URL
  private var sources: SettingSources
  private var found: [ConfigurationError.Problem] = []
  private var read: [String: SettingValue] = [:]
  private(set) var values: [(setting: Setting, value: SettingValue?)] = []

  init(home: URL, sources: SettingSources) {
    self.home = home
    self.sources = sources
    for setting in Setting.all {
      let value = self.sources.value(of: setting)
      values.append((setting, value))
      guard let value else { continue }
      read[setting.key] = value
      if case .database = setting.kind, value.origin == .flag,
        DatabaseLocation.holdsPassword(value.text)
      {
        found.append(
          .init(
            key: setting.key, source: value.source,
            problem: "holds a password, which others on this machine could read",
            remedy: "name a file that holds it: ?passwordfile=PATH, or passfile=PATH"))
      } else if let problem = fault(of: value.text, as: setting.kind) {
        found.append(
          .init(
            key: setting.key, source: value.source, problem: problem,
            remedy: "give \(setting.expected)"))
      }
    }
  }

  var problems: [ConfigurationError.Problem] { sources.problems + found }

  mutating func refuse(_ key: String, _ problem: String, _ remedy: String) {
    let source = read[key]?.source ?? "not set"
    found.append(.init(key: key, source: source, problem: problem, remedy: remedy))
  }

  /// All of them or none.
  mutating func requireTogether(_ keys: [String]) {
    let missing = keys.filter { read[$0] == nil }
    guard !missing.isEmpty, missing.count < keys.count else { return }
    let set = keys.filter { read[$0] != nil }
    for key in missing {
      refuse(
        key, "is missing beside \(set.joined(separator: ", "))", "set it, or remove the others")
    }
  }

  func text(_ key: String) -> String { read[key]?.text ?? "" }

  /// - Parameter otherwise: Stands in for what has been refused.
  func number(_ key: String, otherwise: Int = 1) -> Int {
    read[key].flatMap { Int($0.text) } ?? otherwise
  }

  func path(_ key: String) -> URL? { read[key].map { resolve($0.text) } }

  func url(_ key: String) -> URL? { read[key].flatMap { URL(string: $0.text) } }

  func database(_ key: String) -> DatabaseLocation {
    let text = text(key)
    if DatabaseLocation.isPostgres(text) {
      return .postgres(
        url: text, writers: number("postgres.writers"), readers: number("postgres.readers"))
    }
    return .sqlite(resolve(String(text.drop { $0 != ":" }.dropFirst())))
  }

  func endpoint(_ key: String) -> Endpoint? { read[key].flatMap { Endpoint($0.text) } }

  private func resolve(_ path: String) -> URL {
    URL(fileURLWithPath: path, relativeTo: home).absoluteURL.standardizedFileURL
  }

  /// What is wrong with a value, or nil.
  private func fault(of text: String, as kind: Setting.Kind) -> String? {
    if text.isEmpty { return "is empty" }
    if text.utf8.count > 4_096 { return "is longer than 4096 bytes" }
    if text.contains(where: \.isNewline) || text.contains("\0") { return "has more than one line" }
    switch kind {
    case .host:
      return text.contains(where: { $0.isWhitespace || $0 == "/" }) ? "is no host" : nil
    case .path, .line:
      return nil
    case .existing:
      return FileManager.default.isReadableFile(atPath: resolve(text).path)
        ? nil : "cannot be read"
    case .https:
      guard let url = URL(string: text), url.scheme == "https", url.host?.isEmpty == false,
        url.user == nil, url.password == nil
      else { return "is no https URL" }
      return nil
    case .database:
      if DatabaseLocation.isPostgres(text) { return DatabaseLocation.fault(ofPostgres: text) }
      let path = text.dropFirst("sqlite:".count)
      return text.hasPrefix("sqlite:") && !path.isEmpty ? nil : "is no database this server knows"
    case .endpoint:
      return Endpoint(text) == nil ? "is no address with a port" : nil
    case .number(let range):
      guard let number = Int(text) else { return "\(text.prefix(40)) is no whole number" }
      return range.contains(number) ? nil : "\(number) is out of range"
    case .choice(let words):
      return words.contains(text) ? nil : "\(text.prefix(40)) is none of the choices"
    }
  }
}
