import Domain
import Engine
import Logging
import Primitives
import Storage

extension Jobs {
  /// Posts what the bank has booked of one bundle of an agreement that wants it, under the company's
  /// employee (U-15, U-16). What is left has its turn right after.
  func post(_ item: WorkItem, owner: [UInt8]) async throws {
    guard let agreement = ID<Agreement>(bytes: item.subject) else { return }
    let place = item.place
    let employee: AutomationEmployee
    do {
      employee = try await commands.database.read(as: place.scope) { tx in
        try EmployeeTables.automation(for: place, in: tx)
      }
    } catch let error as EmployeeError {
      // As long as the bureau leaves it so, nothing is posted.
      logger.warning(
        "nothing is posted by itself",
        metadata: ["company": "\(place.company.hex)", "cause": "\(error.reason)"])
      let next = commands.sources.now().adding(minutes: 60)
      return try await commands.database.write(as: place.scope) { tx in
        try Work.postpone(item, to: next, by: owner, in: tx)
      }
    }
    var call = Self.call("post")
    call.actor = employee.user
    let ids = (0..<AutomaticPosting.stepLimit).map { _ in commands.sources.id(Voucher.self) }
    try await commands.run(call, at: place, subject: agreement) { context in
      // Another may stand for it by now: then the next turn knows.
      guard try EmployeeTables.automation(for: place, in: context.transaction) == employee else {
        return []
      }
      return try Self.posting(agreement, ids, context)
    } apply: { context in
      let tx = context.transaction
      try Work.finish(.post, agreement.bytes, of: place, in: tx)
      if try !Self.posting(agreement, ids, context).isEmpty {
        try Work.schedule(.post, agreement.bytes, at: context.time, of: place, in: tx)
      }
    } answer: { _, _ in
    }
  }

  /// The vouchers of the first bundle that has something to post.
  private static func posting(
    _ agreement: ID<Agreement>, _ ids: [ID<Voucher>], _ context: Commands.Context
  ) throws -> [Fact] {
    let tx = context.transaction, place = context.place
    let mode = try AutomaticPostingTables.mode(of: agreement, at: place, in: tx)
    guard mode != .off, let company = try TenancyTables.company(place, in: tx) else { return [] }
    let first = try PostingTables.nextNumber(of: place, in: tx)
    let drafts = ids.enumerated().map { offset, id in
      VoucherDraft(
        id: id, number: first + Int64(offset), chart: ChartOfAccounts(of: company),
        time: context.time, isAutomatic: true)
    }
    for bundle in try AutomaticPostingTables.bundles(of: agreement, at: place, in: tx) {
      let booked = try AutomaticPostingTables.booked(of: bundle, at: place, in: tx)
      let facts = try mode.posting(booked, drafts)
      if !facts.isEmpty { return facts }
    }
    return []
  }
}
