package import Domain
package import Engine
import Policies
package import Primitives

extension PaymentState {
  /// The column of its count; nil where nothing is left to do.
  fileprivate var queue: String? {
    switch self {
    case .proposalIncomplete: "proposal_incomplete"
    case .proposalComplete: "proposal_complete"
    case .proposalOpenItems: "proposal_open_items"
    case .acknowledged: "acknowledged"
    case .signed: "signed"
    case .awaitingBankSignature: "awaiting_bank_signature"
    case .processing: "processing"
    case .inDoubt: "in_doubt"
    case .error: "error"
    case .paid: "paid"
    case .posted, .deleted: nil
    }
  }
}

extension Projection {
  /// A payment that is new stands in this state.
  func countNew(_ state: PaymentState) throws {
    guard let (queue, columns, ones) = Self.newcomers[state] else { return }
    try transaction.execute(
      """
      INSERT INTO main.payment_queue (bureau, company, \(verbatim: columns))
      VALUES (\(bureau), \(company), \(verbatim: ones))
      ON CONFLICT (bureau, company)
        DO UPDATE SET \(verbatim: queue) = payment_queue.\(verbatim: queue) + 1
      """)
  }

  /// Of each state that is counted: its column, and all columns with their values for its first.
  private static let newcomers: [PaymentState: (queue: String, columns: String, ones: String)] = {
    let columns = PaymentState.allCases.compactMap(\.queue)
    return Dictionary(
      uniqueKeysWithValues: PaymentState.allCases.compactMap { state in
        state.queue.map { queue in
          let ones = columns.map { $0 == queue ? "1" : "0" }
          return (
            state,
            (queue, columns.joined(separator: ", "), ones.joined(separator: ", "))
          )
        }
      })
  }()

  /// A payment leaves its state for this one; before its row is changed.
  func count(_ payment: ID<Payment>, becomes state: PaymentState) throws {
    guard let (old, isSalary) = try standing(of: payment), !isSalary else { return }
    try count(from: old, to: state)
  }

  /// Where a payment stands; salaries are not on the board, which is seen by all.
  func standing(of payment: ID<Payment>) throws -> (state: PaymentState, isSalary: Bool)? {
    let row = try transaction.first(
      """
      SELECT state, salary_batch FROM payment
      WHERE bureau = \(bureau) AND company = \(company) AND id = \(payment)
      """, as: (String, ID<SalaryBatch>?).self)
    return try row.map { (try $0.named(), $1 != nil) }
  }

  func count(from old: PaymentState, to new: PaymentState) throws {
    guard old != new else { return }
    let changes =
      [old.queue.map { "\($0) = \($0) - 1" }, new.queue.map { "\($0) = \($0) + 1" }]
      .compactMap(\.self)
    guard !changes.isEmpty else { return }
    if old.queue == nil {
      // It comes back from where it was not counted, perhaps as the company's first.
      try countNew(new)
      return
    }
    try transaction.execute(
      """
      UPDATE main.payment_queue SET \(verbatim: changes.joined(separator: ", "))
      WHERE bureau = \(bureau) AND company = \(company)
      """)
  }
}

/// Reads the board: in the scope of a bureau, all companies of a page at once.
package enum BoardTables {
  /// Up to so many companies are asked for by name; more by their range.
  private static let listLimit = 64

  /// Companies that `reader` has a role in, after `after`, in order of id; at most `limit`.
  /// - Parameter among: only these; empty: all of them.
  package static func page(
    of bureau: ID<Bureau>, visibleTo reader: ID<User>, among: [ID<Company>] = [],
    after: ID<Company>?, limit: Int, at time: Instant, memory: BoardMemory = .shared,
    in tx: any Transaction
  ) throws -> [BoardFacts] {
    let heads = try heads(
      of: bureau, visibleTo: reader, among: among, after: after, limit: limit, in: tx)
    guard let first = heads.first, let last = heads.last else { return [] }
    let bureauHash = try tx.first(
      """
      SELECT hash FROM stream
      WHERE bureau = \(bureau) AND company = \(Place(bureau: bureau).wholeBureau)
      """, as: [UInt8].self)
    guard let bureauHash else { throw UnreadableFact(what: "journal head of the bureau") }
    var known = memory.find(heads, of: bureau, at: bureauHash, time: time)
    let missing = known.indices.filter { known[$0] == nil }
    if !missing.isEmpty {
      let part = Part(
        bureau: bureau,
        companies: missing.count <= listLimit
          ? .listed(missing.map { heads[$0].company })
          : .range(from: first.company, through: last.company), tx: tx)
      let read = try part.read(at: time)
      for index in missing { known[index] = read[heads[index].company] }
      memory.keep(
        missing.compactMap { index in known[index].map { (heads[index], $0) } }, of: bureau,
        at: bureauHash, time: time)
    }
    // What is remembered holds for whoever looks: salaries are taken out for all who may not see them.
    let sights = try SalaryTables.sights(of: reader, in: bureau, in: tx)
    return known.compactMap { facts in
      guard var facts else { return nil }
      if sights.sight(facts.company) != .shown { facts.salaryQueues = [:] }
      return facts
    }
  }

  /// The companies of a page, each with the head of its journal.
  private static func heads(
    of bureau: ID<Bureau>, visibleTo reader: ID<User>, among: [ID<Company>],
    after: ID<Company>?, limit: Int, in tx: any Transaction
  ) throws -> [BoardMemory.Head] {
    let among: SQL = among.isEmpty ? "" : " AND company.company IN (\(SQL.list(among)))"
    let sees = try tx.first(
      """
      SELECT id FROM role WHERE bureau = \(bureau) AND app_user = \(reader)
        AND company = \(Place(bureau: bureau).wholeBureau) LIMIT 1
      """, as: ID<RoleAssignment>.self)
    // Somebody with a role in the whole bureau sees all: then no company need be asked about.
    let visible: SQL =
      sees != nil
      ? ""
      : """
       AND company.company IN (
        SELECT company FROM role WHERE bureau = \(bureau) AND app_user = \(reader))
      """
    return try tx.rows(
      """
      SELECT company.company, stream.hash FROM company
      LEFT JOIN stream ON stream.bureau = \(bureau) AND stream.company = company.company
      WHERE company.bureau = \(bureau) AND company.company > \(after?.bytes ?? [])\(visible)\(among)
        AND NOT EXISTS (SELECT 1 FROM company_closure
          WHERE company_closure.bureau = \(bureau) AND company_closure.company = company.company)
      ORDER BY company.company LIMIT \(limit)
      """, as: (ID<Company>, [UInt8]?).self
    ).map { BoardMemory.Head(company: $0, hash: $1 ?? []) }
  }

  /// In the order of the columns.
  private static let queued: [PaymentState] = [
    .proposalIncomplete, .proposalComplete, .proposalOpenItems, .acknowledged, .signed,
    .processing, .inDoubt, .error, .paid, .awaitingBankSignature,
  ]

  private enum Companies {
    case listed([ID<Company>])
    case range(from: ID<Company>, through: ID<Company>)
  }

  /// Some companies of a page, read anew.
  private struct Part {
    let bureau: ID<Bureau>
    let companies: Companies
    let tx: any Transaction

    func read(at time: Instant) throws -> [ID<Company>: BoardFacts] {
      var page = try named()
      var index: [ID<Company>: Int] = [:]
      index.reserveCapacity(page.count)
      for (position, facts) in page.enumerated() { index[facts.company] = position }
      try addAgreements(to: &page, index)
      try addApprovers(to: &page, index)
      try addConsents(to: &page, index, at: time)
      try addHolds(to: &page, index)
      try addHeldAccounts(to: &page, index)
      try addSalaries(to: &page, index)
      return Dictionary(uniqueKeysWithValues: page.map { ($0.company, $0) })
    }

    /// The condition that a column names one of them. The list is filled up with its last, so that
    /// lists of all lengths are one statement to the engine.
    private func within(_ column: String) -> SQL {
      switch companies {
      case .range(let first, let last):
        "\(verbatim: column) >= \(first) AND \(verbatim: column) <= \(last)"
      case .listed(let listed):
        "\(verbatim: column) IN (\(SQL.list(filled(listed))))"
      }
    }

    private func filled(_ listed: [ID<Company>]) -> [ID<Company>] {
      var size = 1
      while size < listed.count { size *= 4 }
      return listed + (listed.last.map { Array(repeating: $0, count: size - listed.count) } ?? [])
    }

    private func named() throws -> [BoardFacts] {
      var page: [BoardFacts] = []
      try tx.query(
        """
        SELECT company.company, display_name, organisation_number, proposal_incomplete,
          proposal_complete, proposal_open_items, acknowledged, signed, processing, in_doubt, error,
          paid, awaiting_bank_signature,
          (SELECT MIN(due_date) FROM payment WHERE payment.bureau = \(bureau)
            AND payment.company = company.company
            AND payment.state IN ('proposalIncomplete', 'proposalComplete', 'proposalOpenItems',
              'acknowledged', 'error') AND payment.salary_batch IS NULL)
        FROM company LEFT JOIN payment_queue
          ON payment_queue.bureau = \(bureau) AND payment_queue.company = company.company
        WHERE company.bureau = \(bureau) AND \(within("company.company"))
        """
      ) { row in
        var facts = BoardFacts(
          company: try row.value(0), displayName: try row.text(1),
          organisationNumber: try row.text(2))
        if !row.isNull(3) {
          for (offset, state) in queued.enumerated() {
            let count = try row.int(3 + offset)
            if count != 0 { facts.queues[state] = Int(count) }
          }
        }
        facts.nextDueDate = try row.value(13, as: String?.self)?.date()
        page.append(facts)
      }
      return page
    }

    func addAgreements(to page: inout [BoardFacts], _ index: [ID<Company>: Int]) throws {
      try tx.query(
        """
        SELECT company, id, state, bank, signer_name, create_time FROM agreement
        WHERE bureau = \(bureau) AND \(within("company"))
          AND state NOT IN (\(AgreementState.rejected.rawValue), \(AgreementState.terminated.rawValue))
        ORDER BY company, id
        """
      ) { row in
        guard let position = index[try row.value(0)] else { return }
        let state: AgreementState = try row.text(2).named()
        let bank = try row.text(3)
        if state == .active {
          if !page[position].activeBanks.contains(bank) { page[position].activeBanks.append(bank) }
        } else {
          page[position].waitingAgreements.append(
            .init(
              id: try row.value(1), state: state, bank: bank, signer: try row.text(4),
              createTime: try row.int(5).instant))
        }
      }
    }

    func addApprovers(to page: inout [BoardFacts], _ index: [ID<Company>: Int]) throws {
      try approvers(within("company")) { company, approver in
        if let position = index[company] { page[position].approvers.append(approver) }
      }
      // Those of the whole bureau, asked for apart: both questions are answered by the key's order.
      var inAll: [BoardFacts.Approver] = []
      try approvers("company = \(ID<Company>(bureau.uuid))") { inAll.append($1) }
      guard !inAll.isEmpty else { return }
      for position in page.indices { page[position].approvers += inAll }
    }

    private func approvers(
      _ companies: SQL, _ add: (ID<Company>, BoardFacts.Approver) -> Void
    ) throws {
      try tx.query(
        """
        SELECT approver.company, approver.app_user, app_user.display_name
        FROM (SELECT company, id, app_user FROM role
          WHERE bureau = \(bureau) AND \(companies) AND role = \(Role.approver)) AS approver
        JOIN app_user ON app_user.bureau = \(bureau) AND app_user.id = approver.app_user
        ORDER BY approver.company, approver.id
        """
      ) { row in
        add(
          try row.value(0),
          BoardFacts.Approver(user: try row.value(1), displayName: try row.text(2)))
      }
    }

    func addConsents(
      to page: inout [BoardFacts], _ index: [ID<Company>: Int], at time: Instant
    ) throws {
      try tx.query(
        """
        SELECT company, app_user, bank, expire_time FROM consent
        WHERE bureau = \(bureau) AND \(within("company"))
          AND revoke_time IS NULL AND expire_time > \(time.microseconds)
        ORDER BY company, id
        """
      ) { row in
        guard let position = index[try row.value(0)] else { return }
        page[position].consents.append(
          .init(
            user: try row.value(1), bank: try row.text(2), expireTime: try row.int(3).instant))
      }
    }

    /// Accounts that payments wait for, where the company's policy demands that they are confirmed.
    /// How many payments is not counted: that would be all that is open.
    func addHeldAccounts(to page: inout [BoardFacts], _ index: [ID<Company>: Int]) throws {
      var waiting: [(company: ID<Company>, isChange: Bool, count: Int)] = []
      try tx.query(
        """
        SELECT held.company, held.changed, CAST(count(*) AS BIGINT)
        FROM supplier_account held
        WHERE held.bureau = \(bureau) AND \(within("held.company")) AND held.state = 'held'
          AND EXISTS (SELECT 1 FROM payment WHERE payment.bureau = held.bureau
            AND payment.company = held.company AND payment.account_text = held.account_text
            AND payment.account_form = held.account_form
            AND payment.supplier_key = held.supplier_key
            AND payment.state IN ('proposalIncomplete', 'proposalComplete', 'proposalOpenItems',
              'acknowledged', 'error'))
        GROUP BY held.company, held.changed
        """
      ) { row in waiting.append((try row.value(0), try row.bool(1), Int(try row.int(2)))) }
      guard !waiting.isEmpty else { return }
      let policies = try PolicyTables.inForce(of: bureau, where: within("company"), in: tx)
      for item in waiting {
        guard let position = index[item.company],
          (policies[item.company] ?? .standard).payeeAccountConfirmation
            .isDemanded(forChange: item.isChange)
        else { continue }
        page[position].accountsAwaitingConfirmation += item.count
      }
    }

    /// Salaries that somebody still has to do something with, where the reader sees them. Few are
    /// open at a time: they are counted when they are looked at.
    func addSalaries(to page: inout [BoardFacts], _ index: [ID<Company>: Int]) throws {
      try tx.query(
        """
        SELECT company, state, CAST(count(*) AS BIGINT) FROM payment
        WHERE bureau = \(bureau) AND \(within("company")) AND salary_batch IS NOT NULL
          AND state NOT IN ('posted', 'deleted')
        GROUP BY company, state
        """
      ) { row in
        guard let position = index[try row.value(0)] else { return }
        page[position].salaryQueues[try row.text(1).named()] = Int(try row.int(2))
      }
    }

    func addHolds(to page: inout [BoardFacts], _ index: [ID<Company>: Int]) throws {
      try tx.query(
        """
        SELECT company, hold_time FROM transfer_hold
        WHERE bureau = \(bureau) AND \(within("company"))
        """
      ) { row in
        guard let position = index[try row.value(0)] else { return }
        page[position].holdTime = try row.int(1).instant
      }
    }
  }
}
