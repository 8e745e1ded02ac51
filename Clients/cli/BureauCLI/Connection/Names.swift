internal import BureauAPI

/// From what people type to the resource names of the API.
extension Client {
  /// `bureaus/{bureau}` of the context.
  func bureau() throws(CLIError) -> String {
    if let bureau = context.bureau { return bureau }
    throw CLIError(
      .usage, "BUREAU_MISSING", "the context \"\(contextName)\" names no bureau",
      mend: "bureau context set \(contextName) --bureau bureaus/ID")
  }

  /// The company to work for: `--company`, else the context's.
  func company() async throws -> String {
    guard companyOptions.count < 2 else {
      throw CLIError(
        .usage, "COMPANY_SEVERAL", "this is for one company; several are given",
        field: "--company")
    }
    guard let text = companyOptions.first else {
      if let company = context.company {
        // Which company is active, so that nothing is done for the wrong one.
        if let name = context.companyName, output == .table {
          surroundings.note("company: \(name.printable)")
        }
        return company
      }
      throw CLIError(
        .usage, "COMPANY_MISSING", "no company is chosen", field: "--company",
        mend: "bureau company use NAME")
    }
    return try await company(text)
  }

  /// The companies to work for: each `--company`, else the context's.
  func companies() async throws -> [String] {
    guard companyOptions.count > 1 else { return [try await company()] }
    var names: [String] = []
    for text in companyOptions {
      let name = try await company(text)
      if !names.contains(name) { names.append(name) }
    }
    return names
  }

  /// A company by resource name, id, organisation number or display name.
  func company(_ text: String) async throws -> String {
    if text.hasPrefix("bureaus/") { return text }
    let bureau = try bureau()
    if Self.isID(text) { return "\(bureau)/companies/\(text)" }
    // The server narrows the list; what is found exactly is told apart here.
    let companies = try await list(
      Tenancy.ListCompanies.self, of: bureau, limit: 100_000, \.companies
    ) { $0.query = String(text.prefix(100)) }
    let wanted = text.lowercased()
    let matches = companies.filter {
      $0.displayName.lowercased() == wanted || $0.organisationNumber == text
    }
    return try Self.only(matches.map(\.name), "company", text, mend: "bureau company list")
  }

  /// A user by resource name, id, mail address or display name.
  func user(_ text: String) async throws -> String {
    if text.hasPrefix("bureaus/") { return text }
    let bureau = try bureau()
    if Self.isID(text) { return "\(bureau)/users/\(text)" }
    let users = try await list(
      Tenancy.ListUsers.self, of: bureau, limit: 100_000, \.users
    ) { $0.query = String(text.prefix(100)) }
    let wanted = text.lowercased()
    let matches = users.filter {
      $0.displayName.lowercased() == wanted || $0.email.lowercased() == wanted
    }
    return try Self.only(matches.map(\.name), "user", text, mend: "bureau user list")
  }

  /// A company's payment, agreement, … by resource name or id.
  func child(_ text: String, of collection: String) async throws -> String {
    if text.hasPrefix("bureaus/") { return text }
    return "\(try await company())/\(collection)/\(try Self.segment(text))"
  }

  /// Something of the bureau by resource name or id.
  func bureauChild(_ text: String, of collection: String) throws(CLIError) -> String {
    if text.hasPrefix("bureaus/") { return text }
    return "\(try bureau())/\(collection)/\(try Self.segment(text))"
  }

  /// 32 lower-case hexadecimal digits.
  private static func isID(_ text: String) -> Bool {
    text.utf8.count == 32
      && text.utf8.allSatisfy {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0)
          || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains($0)
      }
  }

  private static func segment(_ text: String) throws(CLIError) -> String {
    guard !text.isEmpty, !text.contains("/") else {
      throw CLIError(.usage, "NAME_INVALID", "\"\(text)\" is neither an id nor a resource name")
    }
    return text
  }

  private static func only(
    _ names: [String], _ kind: String, _ text: String, mend: String
  ) throws(CLIError) -> String {
    guard let name = names.first else {
      throw CLIError(.notFound, "NAME_UNKNOWN", "there is no \(kind) \"\(text)\"", mend: mend)
    }
    guard names.count == 1 else {
      throw CLIError(
        .usage, "NAME_AMBIGUOUS",
        "\(names.count) of kind \(kind) are called \"\(text)\"; use the id",
        mend: mend)
    }
    return name
  }
}
