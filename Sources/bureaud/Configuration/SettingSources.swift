import Configuration
import Foundation
import Synchronization

/// A value as somebody wrote it, and where.
package struct SettingValue: Equatable, Sendable {
  package enum Origin: String, Sendable {
    case flag, environment, file, standard = "default"
  }

  package let text: String
  package let origin: Origin
  /// For people: `flag --listen.port`, `BUREAU_LISTEN_PORT`, the file's path.
  package let source: String
}

/// The places where a value can come from, strongest first: flag, environment, file.
struct SettingSources {
  /// More than any sensible file.
  private static let maxFileBytes = 64 * 1024

  private let flags: [String: String]
  private let environment: any ConfigSnapshot
  private let file: (any ConfigSnapshot)?
  private let path: String
  private(set) var problems: [ConfigurationError.Problem] = []

  init(flags: [String: String], environment: [String: String], file path: String) {
    self.flags = flags
    // An empty variable is one that is not set: that is how unit files and shells unset one.
    self.environment = EnvironmentVariablesProvider(
      environmentVariables: environment.filter { !$0.value.isEmpty }
    ).prefixKeys(with: "bureau").snapshot()
    self.path = path
    do throws(ConfigurationError) {
      self.file = try SettingSources.read(path)
    } catch {
      self.file = nil
      self.problems = error.problems
    }
    let known = Set(Setting.all.map(\.key))
    for key in flags.keys.sorted() where !known.contains(key) {
      problems.append(
        .init(
          key: key, source: "flag --\(key)", problem: "there is no such setting",
          remedy: SettingSources.remedy(forUnknown: key)))
    }
  }

  /// The strongest value of a setting; its default, or nil, when nobody has set it.
  mutating func value(of setting: Setting) -> SettingValue? {
    if let text = flags[setting.key] {
      return SettingValue(text: text, origin: .flag, source: "flag --\(setting.key)")
    }
    let key = AbsoluteConfigKey(setting.key.split(separator: ".").map(String.init))
    if let text = try? environment.value(forKey: key, type: .string).value?.content.text {
      return SettingValue(text: text, origin: .environment, source: setting.variable)
    }
    do {
      if let text = try file?.value(forKey: key, type: .string).value?.content.text {
        return SettingValue(text: text, origin: .file, source: path)
      }
    } catch {
      problems.append(
        .init(
          key: setting.key, source: path, problem: "the value is a list",
          remedy: "write \(setting.expected)"))
    }
    return setting.standard.map {
      SettingValue(text: $0, origin: .standard, source: "default")
    }
  }

  /// Reads the file, which may be missing, and refuses keys that mean nothing. JSON is YAML too.
  private static func read(
    _ path: String
  ) throws(ConfigurationError) -> (any ConfigSnapshot)? {
    func refuse(_ problem: String, _ remedy: String) -> ConfigurationError {
      ConfigurationError(problems: [
        .init(key: "file", source: path, problem: problem, remedy: remedy)
      ])
    }
    guard FileManager.default.fileExists(atPath: path) else { return nil }
    guard let data = FileManager.default.contents(atPath: path) else {
      throw refuse("cannot be read", "let the server's user read it")
    }
    guard data.count <= maxFileBytes, let text = String(bytes: data, encoding: .utf8) else {
      throw refuse(
        "is no YAML of at most \(maxFileBytes) bytes in UTF-8",
        "write it anew: `bureaud config check` of an empty home shows the form")
    }
    let lines = text.split(separator: "\n").map { $0.drop { $0 == " " } }
    if lines.allSatisfy({ $0.isEmpty || $0.hasPrefix("#") || $0 == "---" }) { return nil }
    // The reader asks of each key whether it is secret; so we learn which keys there are.
    let keys = Mutex<Set<String>>([])
    let snapshot: YAMLSnapshot
    do {
      let secrets = SecretsSpecifier<String, Void>.dynamic { key, _ in
        keys.withLock { _ = $0.insert(key) }
        return false
      }
      snapshot = try YAMLSnapshot(
        data: data.bytes, providerName: path,
        parsingOptions: YAMLSnapshot.ParsingOptions(secretsSpecifier: secrets))
    } catch {
      throw refuse("is not YAML: \(error)", "mend the line, or remove it")
    }
    let unknown = keys.withLock { $0 }.subtracting(Setting.all.map(\.key)).sorted()
    guard unknown.isEmpty else {
      throw ConfigurationError(
        problems: unknown.map {
          .init(
            key: $0, source: path, problem: "there is no such setting",
            remedy: remedy(forUnknown: $0))
        })
    }
    return snapshot
  }

  private static func remedy(forUnknown key: String) -> String {
    if key == "home" { return "give it by --home or BUREAU_HOME: the file lies in the home folder" }
    let section = key.split(separator: ".").first.map(String.init) ?? key
    let near = Setting.all.map(\.key).filter { $0.hasPrefix(section) }
    let known = near.isEmpty ? Setting.all.map(\.key) : near
    return "remove it, or use one of " + known.joined(separator: ", ")
  }
}

extension ConfigContent {
  fileprivate var text: String? {
    if case .string(let text) = self { text } else { nil }
  }
}
