/// Why a configuration cannot be used: every problem at once, each with its remedy.
package struct ConfigurationError: Error, CustomStringConvertible, Equatable {
  package struct Problem: Equatable, Sendable, CustomStringConvertible {
    /// The key, or the file where no key can be named.
    package let key: String
    /// Where the value came from: `flag --listen.port`, `BUREAU_LISTEN_PORT`, a file's path.
    package let source: String
    package let problem: String
    package let remedy: String

    package var description: String { "\(key) (\(source)): \(problem); \(remedy)" }
  }

  package let problems: [Problem]

  package var description: String {
    "the configuration cannot be used:\n"
      + problems.map { "  - \($0)" }.joined(separator: "\n")
  }
}
