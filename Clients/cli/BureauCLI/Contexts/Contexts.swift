/// A server, the bureau on it and the company one mostly works for, under a short name.
package struct Context: Codable, Equatable, Sendable {
  /// `HOST:PORT`.
  package var server: String
  /// PEM file of the certificate authority that the server's certificate comes from.
  package var ca: String
  /// `bureaus/{bureau}`.
  package var bureau: String?
  /// `bureaus/{bureau}/companies/{company}`.
  package var company: String?
  /// What the company was called when it was chosen: shown, never sent.
  package var companyName: String?
  /// HTTPS address of the sandbox beside the server; only sandboxes have one.
  package var sandbox: String?
  /// PEM file of the certificate that is shown to the server; and of its private key.
  package var clientCertificate: String?
  package var clientKey: String?

  package init(
    server: String, ca: String, bureau: String? = nil, company: String? = nil,
    sandbox: String? = nil
  ) {
    self.server = server
    self.ca = ca
    self.bureau = bureau
    self.company = company
    self.sandbox = sandbox
  }
}

/// The file of contexts.
package struct Contexts: Codable, Equatable, Sendable {
  /// The one that commands use when they are not told.
  package var current: String?
  package var contexts: [String: Context]

  package init(current: String? = nil, contexts: [String: Context] = [:]) {
    self.current = current
    self.contexts = contexts
  }

  static let file = "contexts.json"

  package static func load(_ folder: ConfigurationFolder) throws(CLIError) -> Contexts {
    try folder.load(Contexts.self, from: file) ?? Contexts()
  }

  package func save(_ folder: ConfigurationFolder) throws(CLIError) {
    try folder.save(self, to: Self.file)
  }

  /// The context of that name, or the current one.
  package func find(_ name: String?) throws(CLIError) -> (name: String, context: Context) {
    guard let name = name ?? current else {
      throw CLIError(
        .usage, "CONTEXT_MISSING", "no context is chosen: the CLI knows no server yet",
        field: "--context", mend: "bureau context add NAME --server HOST:PORT --ca FILE")
    }
    guard let context = contexts[name] else {
      throw CLIError(
        .usage, "CONTEXT_UNKNOWN", "there is no context \"\(name)\"", field: "--context",
        mend: "bureau context list")
    }
    return (name, context)
  }
}

/// Proof of a login, kept for one context.
package struct StoredSession: Codable, Equatable, Sendable {
  /// Goes out as `authorization: Bearer …`.
  package var token: String
  package var displayName: String
  /// RFC 3339.
  package var expires: String

  package init(token: String, displayName: String, expires: String) {
    self.token = token
    self.displayName = displayName
    self.expires = expires
  }
}

/// The file of sessions: secrets, so apart from the contexts, which people show each other.
package enum StoredSessions {
  static let file = "sessions.json"

  package static func load(
    _ folder: ConfigurationFolder
  ) throws(CLIError) -> [String: StoredSession] {
    try folder.load([String: StoredSession].self, from: file) ?? [:]
  }

  /// Stores the session of a context, or forgets it.
  package static func set(
    _ session: StoredSession?, for context: String, in folder: ConfigurationFolder
  ) throws(CLIError) {
    var sessions = try load(folder)
    guard sessions[context] != session else { return }
    sessions[context] = session
    try folder.save(sessions, to: file)
  }
}
