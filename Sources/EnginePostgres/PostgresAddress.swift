import CPostgres
package import Engine
import Foundation

/// Where the database is and how its client proves who it is, as libpq's keywords.
///
/// Made from a URL as libpq knows it, `postgres://user@host1,host2/name?sslrootcert=…`, and
/// `passwordfile=PATH`, a file that holds nothing but the password. The password is in no text that
/// this type gives out.
package struct PostgresAddress: Sendable, CustomStringConvertible {
  private var options: [String: String]

  /// Refuses what libpq would refuse, and a connection over the network without TLS.
  package init(url: String) throws(EngineError) {
    let (url, passwordFile) = Self.takePasswordFile(from: url)
    guard url.hasPrefix("postgres://") || url.hasPrefix("postgresql://") else {
      throw Self.malformed("it begins with postgres://")
    }
    options = try Self.parse(url)
    if let passwordFile {
      guard options["password"] == nil else {
        throw Self.malformed("it names a password and a passwordfile: keep the file")
      }
      options["password"] = try Self.password(in: passwordFile)
    }
    try requireTLS()
    let defaults = [
      "application_name": "bureaud", "client_encoding": "UTF8", "connect_timeout": "5",
      "target_session_attrs": "read-write", "keepalives_idle": "10", "keepalives_interval": "5",
      "keepalives_count": "3", "tcp_user_timeout": "20000",
    ]
    options.merge(defaults) { given, _ in given }
  }

  package var description: String {
    let user = options["user"].map { "\($0)@" } ?? ""
    return "postgres://\(user)\(options["host"] ?? "")/\(options["dbname"] ?? "")"
  }

  /// Blocks until connected or refused; `nil` where there is no memory.
  func connect() -> OpaquePointer? {
    let pairs = options.sorted { $0.key < $1.key }
    let keywords = pairs.map { strdup($0.key) } + [nil]
    let values = pairs.map { strdup($0.value) } + [nil]
    defer { for text in keywords + values { free(text) } }
    return keywords.map { UnsafePointer($0) }.withUnsafeBufferPointer { keywords in
      values.map { UnsafePointer($0) }.withUnsafeBufferPointer { values in
        PQconnectdbParams(keywords.baseAddress, values.baseAddress, 0)
      }
    }
  }

  func option(_ keyword: String) -> String? { options[keyword] }

  func hidingPassword(in text: String) -> String {
    guard let password = options["password"], !password.isEmpty else { return text }
    return text.replacingOccurrences(of: password, with: "…")
  }

  // MARK: Reading the URL

  private static func malformed(_ why: String) -> EngineError {
    .unavailable("the database's URL is not of the form postgres://user@host/name: \(why)")
  }

  /// libpq refuses parameters that it does not know.
  private static func takePasswordFile(from url: String) -> (url: String, file: String?) {
    guard let mark = url.firstIndex(of: "?") else { return (url, nil) }
    let items = url[url.index(after: mark)...].split(separator: "&")
    let (own, rest) = (
      items.filter { $0.hasPrefix("passwordfile=") },
      items.filter { !$0.hasPrefix("passwordfile=") }
    )
    let file = own.last.map { $0.dropFirst("passwordfile=".count) }
    return (
      url[..<mark] + (rest.isEmpty ? "" : "?" + rest.joined(separator: "&")),
      file.map { String($0).removingPercentEncoding ?? String($0) }
    )
  }

  private static func parse(_ url: String) throws(EngineError) -> [String: String] {
    // What libpq says of a URL may quote all of it, so its words are not passed on.
    guard let parsed = PQconninfoParse(url, nil) else {
      throw malformed("check its parts, escape reserved signs (%40 for @), and its parameters")
    }
    defer { PQconninfoFree(parsed) }
    var found: [String: String] = [:]
    var option = parsed
    while let keyword = option.pointee.keyword {
      if let value = option.pointee.val, value.pointee != 0 {
        found[String(cString: keyword)] = String(cString: value)
      }
      option += 1
    }
    return found
  }

  private static func password(in path: String) throws(EngineError) -> String {
    guard let data = FileManager.default.contents(atPath: path), data.count <= 4096 else {
      throw .unavailable("the password file \(path) can't be read")
    }
    let password = String(decoding: data, as: UTF8.self)
      .trimmingCharacters(in: .newlines)
    guard !password.isEmpty else { throw .unavailable("the password file \(path) is empty") }
    return password
  }

  /// What the environment or libpq itself would add.
  private static func fallback(_ keyword: String) -> String? {
    guard let all = PQconndefaults() else { return nil }
    defer { PQconninfoFree(all) }
    var option = all
    while let name = option.pointee.keyword {
      if String(cString: name) == keyword { return option.pointee.val.map { String(cString: $0) } }
      option += 1
    }
    return nil
  }

  /// Outside of this machine nothing goes unencrypted.
  private mutating func requireTLS() throws(EngineError) {
    let hosts = options["hostaddr"] ?? options["host"] ?? Self.fallback("host") ?? ""
    let isLocal = hosts.split(separator: ",").allSatisfy { host in
      host.hasPrefix("/") || host.hasPrefix("@") || host.hasPrefix("127.")
        || ["localhost", "::1"].contains(String(host))
    }
    if isLocal { return }
    let encrypted = ["require", "verify-ca", "verify-full"]
    if let mode = options["sslmode"] {
      guard encrypted.contains(mode) else {
        throw .unavailable(
          "sslmode=\(mode) would send payments over the network without TLS: use verify-full")
      }
    } else {
      let inherited = Self.fallback("sslmode") ?? ""
      options["sslmode"] = encrypted.contains(inherited) ? inherited : "require"
    }
  }
}
