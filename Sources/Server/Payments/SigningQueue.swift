// What waits for one person's signature, over all companies.

import BureauAPI
import Domain
import Engine
import GRPCCore
import Primitives
import Storage
import SwiftProtobuf

struct SigningQueue: Sendable {
  struct Item: Sendable {
    var place: Place
    var id: ID<Payment>
    var payment: Bureau_V1_Payment
    var company: String
    /// What is new or changed since last time.
    var mark: PayeeMark?
  }

  /// What the person can sign now, at most as many as a page shows.
  var items: [Item] = []
  /// What waits and somebody else must sign, or something else must be done first.
  var others = 0
  /// There is more.
  var isCut = false
  /// In some of the companies a code by SMS does.
  var canSignByCode = false
}

extension PaymentService {
  /// Payments of one page, and pages of the search that are looked through.
  static let queueLimit = 40
  private static let searches = 20

  /// Served to the pages as a search, by whose right it is read.
  func queue(request: Bureau_V1_SearchPaymentsRequest, context: ServerContext) async throws
    -> SigningQueue
  {
    let caller = try context.caller, time = commands.sources.now()
    var queue = SigningQueue(), request = request
    request.pageSize = 200
    request.filter.states = [.proposalComplete, .proposalOpenItems, .acknowledged, .error]
    for _ in 0..<Self.searches {
      let found = try await searchPayments(request: request, context: context)
      for (company, payments) in Self.byCompany(found.payments) {
        try await add(payments, of: company, by: caller, at: time, to: &queue)
        if queue.isCut { return queue }
      }
      if found.nextPageToken.isEmpty { return queue }
      request.pageToken = found.nextPageToken
    }
    queue.isCut = true
    return queue
  }

  private static func byCompany(_ found: [Bureau_V1_FoundPayment])
    -> [(String, [Bureau_V1_FoundPayment])]
  {
    var groups: [(String, [Bureau_V1_FoundPayment])] = []
    for payment in found {
      if groups.last?.0 == payment.company {
        groups[groups.count - 1].1.append(payment)
      } else {
        groups.append((payment.company, [payment]))
      }
    }
    return groups
  }

  private func add(
    _ found: [Bureau_V1_FoundPayment], of company: String, by caller: Caller, at time: Instant,
    to queue: inout SigningQueue
  ) async throws {
    let place = try ResourceName.parseCompany(company)
    let wanted = try found.map { item in
      let (_, id) = try ResourceName.parse(item.payment.name, "payments", as: Payment.self)
      return (item, id)
    }
    let signable: [(Bureau_V1_FoundPayment, ID<Payment>, PayeeMark?)], byCode: Bool
    do {
      let method = PaymentAction.sign.method
      (signable, byCode) = try await commands.read(method, by: caller, at: place) { tx in
        var round = try SigningRound(by: caller.user, at: place, time: time, in: tx)
        let signable = try wanted.compactMap { item, id in
          do {
            let wanted = try round.item(id)
            try round.requireConsents([wanted])
            try round.requirePayee(of: wanted)
            return (item, id, wanted.rendered.payeeMark)
          } catch is any Refusal { return nil }
        }
        return (signable, try Self.canSignByCode(caller.user, at: place, in: tx))
      }
    } catch is any Refusal {
      // Not an approver here, or the company is closed.
      return
    }
    if byCode, !signable.isEmpty { queue.canSignByCode = true }
    queue.others += wanted.count - signable.count
    for (item, id, mark) in signable {
      guard queue.items.count < Self.queueLimit else {
        queue.isCut = true
        return
      }
      queue.items.append(
        SigningQueue.Item(
          place: place, id: id, payment: item.payment, company: item.companyDisplayName, mark: mark)
      )
    }
  }

  private static func canSignByCode(
    _ user: ID<User>, at place: Place, in tx: any Transaction
  ) throws -> Bool {
    do {
      try SigningBySMS.require(of: user, at: place, in: tx)
      return true
    } catch is any Refusal { return false }
  }
}
