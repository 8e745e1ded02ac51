internal import ArgumentParser
internal import BureauAPI

/// Which payments: named one by one, or in a file.
struct PaymentSelection: ParsableArguments {
  @Argument(help: "The payments: ids or resource names, also of several companies.")
  var payments: [String] = []

  @Option(
    help: ArgumentHelp(
      "Payments from a file, one a line; - reads standard input.", valueName: "path"),
    completion: .file())
  var file: String?

  /// A resource name takes some 110 bytes.
  private static let maximumBytes = 16 << 20
  static let maximumCount = 100_000

  var isEmpty: Bool { payments.isEmpty && file == nil }

  /// The resource names, in order; each once.
  func names(_ client: Client) async throws -> [String] {
    var texts = payments
    if let file { texts += try Self.lines(of: file, client.surroundings) }
    guard texts.count <= Self.maximumCount else {
      throw CLIError(
        .usage, "PAYMENTS_TOO_MANY", "at most \(Self.maximumCount) payments are taken at a time")
    }
    var names: [String] = [], seen: Set<String> = []
    for text in texts {
      let name = try await client.child(text, of: "payments")
      if seen.insert(name).inserted { names.append(name) }
    }
    return names
  }

  /// The first word of each line; empty lines and those that begin with # are passed over.
  private static func lines(of path: String, _ surroundings: Surroundings) throws(CLIError)
    -> [String]
  {
    let text = String(decoding: try surroundings.read(path, maximumBytes), as: UTF8.self)
    let words = text.split(whereSeparator: \.isNewline)
      .compactMap { $0.split { $0 == " " || $0 == "\t" || $0 == "," }.first.map(String.init) }
      .filter { !$0.hasPrefix("#") }
    guard !words.isEmpty else {
      throw CLIError(.invalidInput, "FILE_EMPTY", "\(path): the file names no payment")
    }
    return words
  }
}

extension Client {
  /// All payments of the chosen companies in one of some states, company by company.
  func payments(in states: [Bureau_V1_Payment.State]) async throws -> [String] {
    var names: [String] = []
    for company in try await companies() {
      for state in states {
        names += try await list(
          Payments.ListPayments.self, of: company, limit: PaymentSelection.maximumCount,
          \.payments
        ) { $0.state = state }.map(\.name)
      }
    }
    return names
  }
}
