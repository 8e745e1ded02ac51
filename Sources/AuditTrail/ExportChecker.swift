import Primitives

/// Why a file is no export at all, or one of a newer program.
package struct NoExport: Error, Equatable, Sendable {
  package let message: String
}

/// Checks an export line by line, in memory that does not grow with the number of facts.
package struct ExportChecker: Sendable {
  private enum Stage { case header(Int), lines, ended }

  private let evidence: WitnessEvidence?
  /// The checkpoint that completeness is held against.
  private let target: Statement?
  private let publicKey: [UInt8]?
  private let vouched: [[UInt8]: Leaf]

  private var stage = Stage.header(0)
  private var line = 0
  private var bureau: [UInt8] = []
  private var extent = AuditExport.Extent.bureau
  private var withBodies = true
  private var statements: [Int64: Statement] = [:]
  private var journal: OpenJournal?
  private var companies: Set<[UInt8]> = []
  private var lastCompany: [UInt8] = []
  /// Places in the tree of the target that a journal has taken.
  private var places: Set<Int64> = []
  private var verdict = AuditVerdict()

  private struct OpenJournal {
    var company: [UInt8]
    var checker: JournalChecker?
    /// By statement.
    var proofs: [Int64: Leaf] = [:]
    var isEnded = false
  }

  /// - Parameters:
  ///   - evidence: What the witness holds; without, completeness is not shown.
  ///   - publicKey: The audit key, where the reader knows it from elsewhere.
  package init(evidence: WitnessEvidence?, publicKey: [UInt8]? = nil) {
    self.evidence = evidence
    self.publicKey = publicKey
    target = evidence?.chain.newestCheckpoint?.statement
    vouched = Dictionary(
      (evidence?.leaves ?? []).map { ($0.company, $0) }, uniquingKeysWith: { first, _ in first })
    for finding in evidence?.chain.findings ?? [] { verdict.findAltered(finding) }
    if let publicKey, let last = evidence?.chain.statements.last,
      last.statement.nextKey != publicKey
    {
      verdict.findAltered("Witness: the newest statement is signed with another audit key.")
    }
  }

  /// The line without its line feed. Throws for what is no export from its first lines on; what is
  /// wrong later on is a finding.
  package mutating func take(_ text: String) throws(NoExport) {
    line += 1
    let parts = text.split(separator: " ", omittingEmptySubsequences: false).map(String.init)
    switch stage {
    case .header(let index): try takeHeader(index, text, parts)
    case .lines: takeLine(parts)
    case .ended: verdict.findAltered("Line \(line): something follows the end.")
    }
  }

  private mutating func takeHeader(_ index: Int, _ text: String, _ parts: [String])
    throws(NoExport)
  {
    let isRead: Bool
    switch (index, parts.first, parts.count) {
    case (0, _, _): isRead = text == AuditExport.title
    case (1, "bureau", 2):
      bureau = parts[1].hexBytes(16) ?? []
      isRead = !bureau.isEmpty
    case (2, "extent", 2): isRead = parts[1] == "bureau"
    case (2, "extent", 3):
      let company = parts[2].hexBytes(16)
      extent = .company(company ?? [])
      isRead = parts[1] == "company" && company != nil
    case (3, "time", 2): isRead = Instant(rfc3339: parts[1]) != nil
    case (4, "bodies", 2):
      withBodies = parts[1] == "included"
      isRead = withBodies || parts[1] == "left-out"
    default: isRead = false
    }
    guard isRead else {
      throw NoExport(message: "line \(line): this is no \(AuditExport.title)")
    }
    stage = index == 4 ? .lines : .header(index + 1)
    if index == 4, let target, target.bureau != bureau {
      verdict.findAltered("The witness's statements are another bureau's.")
    }
  }

  private mutating func takeLine(_ parts: [String]) {
    let isRead: Bool
    switch (parts.first, parts.count) {
    case ("statement", 2) where journal == nil: isRead = takeStatement(parts[1])
    case ("journal", 2): isRead = takeJournal(parts[1])
    case ("proof", 6): isRead = takeProof(parts)
    case ("fact", 4): isRead = takeFact(parts)
    case ("head", 3): isRead = takeHead(parts)
    case ("end", 3): isRead = takeEnd(parts)
    default: isRead = false
    }
    if !isRead { verdict.findAltered("Line \(line): cannot be read here.") }
  }

  // MARK: Statements

  private mutating func takeStatement(_ text: String) -> Bool {
    guard let content = AuditExport.bytes(base64: text),
      let signed = SignedStatement(file: content),
      statements[signed.statement.number] == nil
    else { return false }
    let statement = signed.statement
    if !signed.isGenuine || statement.bureau != bureau {
      verdict.findAltered("The signature of checkpoint \(statement.number) does not hold.")
    } else if !isTrusted(statement) {
      verdict.findAltered(
        "Checkpoint \(statement.number) is not one of those that the witness and its key know.")
    } else {
      statements[statement.number] = statement
    }
    return true
  }

  private func isTrusted(_ statement: Statement) -> Bool {
    if let publicKey, evidence == nil { return statement.key == publicKey }
    guard let evidence, let last = evidence.chain.statements.last?.statement else { return true }
    if let known = evidence.chain.statements.first(where: {
      $0.statement.number == statement.number
    }) {
      return known.statement == statement
    }
    return statement.number > last.number
      ? statement.key == last.nextKey : evidence.keys.contains(statement.key)
  }

  // MARK: Journals

  private mutating func takeJournal(_ text: String) -> Bool {
    closeJournal()
    guard let company = text.hexBytes(16), extent == .bureau || extent == .company(company) else {
      return false
    }
    if !companies.isEmpty, !lastCompany.lexicographicallyPrecedes(company) {
      verdict.findAltered("Company \(text): stands out of order, or twice.")
    }
    companies.insert(company)
    lastCompany = company
    journal = OpenJournal(company: company)
    return true
  }

  /// `proof <statement> <index> <sequence> <hash> <path>`
  private mutating func takeProof(_ parts: [String]) -> Bool {
    guard let open = journal, open.checker == nil, let number = Int64(parts[1]),
      open.proofs[number] == nil,
      let index = Int64(parts[2]), let sequence = Int64(parts[3]), let hash = parts[4].hexBytes(32),
      let path = Self.path(parts[5])
    else { return false }
    // Of a checkpoint that was refused before: said there.
    guard let statement = statements[number], case .checkpoint(let size, let root) = statement.kind
    else { return true }
    let leaf = Leaf(company: open.company, sequence: sequence, hash: hash)
    guard MerkleTree.root(of: leaf, at: index, size: size, path: path) == root else {
      verdict.findAltered(
        "Company \(open.company.hexadecimal): is not in checkpoint \(number) as its proof says.")
      return true
    }
    if statement == target { places.insert(index) }
    journal?.proofs[number] = leaf
    return true
  }

  private static func path(_ text: String) -> [[UInt8]]? {
    if text == "-" { return [] }
    let parts = text.split(separator: ",", omittingEmptySubsequences: false)
    guard parts.count <= 64 else { return nil }
    let hashes = parts.compactMap { String($0).hexBytes(32) }
    return hashes.count == parts.count ? hashes : nil
  }

  /// `fact <number> <envelope> <body>`
  private mutating func takeFact(_ parts: [String]) -> Bool {
    guard journal?.isEnded == false, let number = Int64(parts[1]),
      let envelope = AuditExport.bytes(base64: parts[2])
    else { return false }
    let body: JournalChecker.Body
    switch parts[3] {
    case "*": body = .erased
    case "-":
      if withBodies { return false }
      body = .leftOut
    default:
      guard let bytes = AuditExport.bytes(base64: parts[3]) else { return false }
      body = .bytes(bytes)
    }
    beginFacts()
    journal?.checker?.take(number, envelope: envelope, body: body)
    return true
  }

  private mutating func beginFacts() {
    guard let open = journal, open.checker == nil else { return }
    var watched = open.proofs.values.map(\.sequence)
    if let leaf = vouched[open.company] { watched.append(leaf.sequence) }
    journal?.checker = JournalChecker(bureau: bureau, company: open.company, watching: watched)
  }

  /// `head <sequence> <hash>`
  private mutating func takeHead(_ parts: [String]) -> Bool {
    guard journal?.isEnded == false, let sequence = Int64(parts[1]),
      let hash = parts[2].hexBytes(32)
    else { return false }
    beginFacts()
    journal?.checker?.finish(head: sequence, hash)
    journal?.isEnded = true
    return true
  }

  private mutating func closeJournal() {
    beginFacts()
    guard let open = journal, let checker = open.checker else { return }
    let name = open.company.hexadecimal
    if !open.isEnded { verdict.findAltered("Company \(name): its head is missing.") }
    for (number, leaf) in open.proofs.sorted(by: { $0.key < $1.key })
    where statements[number] != target {
      if let hash = checker.hashes[leaf.sequence], hash != leaf.hash {
        verdict.findAltered(
          "Company \(name): fact \(leaf.sequence) is not the one of checkpoint \(number).")
      } else if leaf.sequence > checker.sequence {
        verdict.findMissing(
          "Company \(name): ends at fact \(checker.sequence), checkpoint \(number) vouches for"
            + " \(leaf.sequence).")
      }
    }
    let proven = target.flatMap { target in
      statements[target.number] == target ? open.proofs[target.number] : nil
    }
    verdict.count(checker, company: open.company, vouched: vouched[open.company] ?? proven)
    if case .company = extent, target != nil, vouched[open.company] == nil, proven == nil {
      missing(open.company)
    }
    journal = nil
  }

  /// A company's own export that says nothing of the checkpoint.
  private mutating func missing(_ company: [UInt8]) {
    guard let target else { return }
    if evidence?.leaves == nil {
      verdict.findMissing(
        "The export does not show that it reaches checkpoint \(target.number): export again with"
          + " --checkpoint \(target.number).")
    } else {
      verdict.note(
        "Checkpoint \(target.number) vouches for nothing of company \(company.hexadecimal).")
    }
  }

  // MARK: The end

  private mutating func takeEnd(_ parts: [String]) -> Bool {
    closeJournal()
    stage = .ended
    guard let journals = Int64(parts[1]), let facts = Int64(parts[2]) else { return false }
    if journals != verdict.companies || facts != verdict.facts {
      verdict.findAltered("The export holds other journals and facts than its end says.")
    }
    return true
  }

  /// What it came to.
  package mutating func finish() throws(NoExport) -> AuditVerdict {
    if case .header = stage { throw NoExport(message: "line \(line + 1): the export is cut off") }
    if case .lines = stage {
      closeJournal()
      verdict.findAltered("The export is cut off: its end is missing.")
    }
    verdict.checkpoint = target
    guard let target, case .checkpoint(let size, _) = target.kind else {
      verdict.note(
        evidence == nil
          ? "No witness was given: completeness cannot be shown."
          : "The witness has no checkpoint: completeness cannot be shown.")
      return verdict
    }
    findMissingCompanies(target, size)
    return verdict
  }

  private mutating func findMissingCompanies(_ target: Statement, _ size: Int64) {
    let wanted: [[UInt8]]
    switch extent {
    case .company(let company): wanted = [company]
    case .bureau:
      wanted = (evidence?.leaves ?? []).map(\.company)
      if evidence?.leaves == nil, Int64(places.count) < size {
        verdict.findMissing(
          "\(size - Int64(places.count)) of the \(size) journals that checkpoint"
            + " \(target.number) vouches for are not shown: export again with --checkpoint"
            + " \(target.number).")
      }
    }
    for company in wanted where !companies.contains(company) {
      verdict.findMissing("Company \(company.hexadecimal): the whole journal is missing")
    }
  }
}
