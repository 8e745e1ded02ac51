package import BureauAPI
import Domain
import Engine
package import GRPCCore
import Primitives
import Storage
import SwiftProtobuf

extension PaymentService {
  package func countPayments(
    request: Bureau_V1_CountPaymentsRequest, context: ServerContext
  ) async throws -> Bureau_V1_CountPaymentsResponse {
    let place = try ResourceName.parseCompany(request.parent, field: "parent")
    let moment = try request.moment(now: commands.sources.now())
    let filter = request.filter
    let counts = try await commands.read(
      context.method, by: context.caller, at: place, asOf: moment
    ) { tx, sight in
      try PaymentTables.count(
        try PaymentQuery(filter, at: place).filter(), of: place, for: sight, in: tx)
    }
    return .with {
      $0.counts = PaymentState.allCases.compactMap { state in
        counts[state].map { count in
          .with {
            $0.state = state.message
            $0.count = Int64(count)
          }
        }
      }
      $0.total = Int64(counts.values.reduce(0, +))
    }
  }

  /// Companies that one call looks through at most.
  private static let companiesSearched = 1_000

  package func searchPayments(
    request: Bureau_V1_SearchPaymentsRequest, context: ServerContext
  ) async throws -> Bureau_V1_SearchPaymentsResponse {
    let bureau = try ResourceName.parseBureau(request.parent, field: "parent")
    let page = try Page<Never>(size: request.pageSize, token: "")
    let start = try SearchToken(request.pageToken)
    let caller = try context.caller, time = commands.sources.now()
    let place = Place(bureau: bureau)
    return try await commands.read(context.method, by: caller, at: place) { tx in
      let search = Search(
        bureau: bureau, reader: caller.user, time: time, size: page.size,
        query: try PaymentQuery(request.filter, at: place),
        sights: try SalaryTables.sights(of: caller.user, in: bureau, in: tx), tx: tx)
      return try search.page(from: start)
    }
  }

  /// Where a page of a search over companies begins: after this payment of this company.
  private struct SearchToken {
    var company: ID<Company>?
    var payment: ID<Payment>?

    init(company: ID<Company>?, payment: ID<Payment>?) {
      self.company = company
      self.payment = payment
    }

    init(_ text: String) throws(NameError) {
      if text.isEmpty { return }
      let parts = text.split(separator: ".", omittingEmptySubsequences: false)
      guard parts.count == 2, let company = ID<Company>(hex: String(parts[0])) else {
        throw .pageTokenInvalid
      }
      self.company = company
      if parts[1].isEmpty { return }
      guard let payment = ID<Payment>(hex: String(parts[1])) else { throw .pageTokenInvalid }
      self.payment = payment
    }

    var text: String { "\(company?.hex ?? "").\(payment?.hex ?? "")" }
  }

  /// A search over the companies that somebody may see, one after the other in order of their ids:
  /// each is read from its own indexes.
  private struct Search {
    let bureau: ID<Bureau>
    let reader: ID<User>
    let time: Instant
    let size: Int
    let query: PaymentQuery
    let sights: SalarySights
    let tx: any Transaction

    func page(from start: SearchToken) throws -> Bureau_V1_SearchPaymentsResponse {
      let filter = try query.filter()
      var answer = Bureau_V1_SearchPaymentsResponse()
      // Of the company in the token some payments were told already.
      if let company = start.company, let payment = start.payment {
        let found = try TenancyTables.visible(company, of: bureau, to: reader, in: tx)
        if let found, let next = try add(found, after: payment, filter, to: &answer) {
          answer.nextPageToken = SearchToken(company: company, payment: next).text
          return answer
        }
      }
      var last = start.company, searched = 0
      while searched < companiesSearched {
        let companies = try TenancyTables.companies(
          of: bureau, visibleTo: reader, after: last, limit: 100, in: tx)
        for company in companies {
          let wasFull = answer.payments.count == size
          if let next = try add(company, after: nil, filter, to: &answer) {
            // The page ended with the company before this one, or within it.
            answer.nextPageToken =
              SearchToken(company: wasFull ? last : company.id, payment: wasFull ? nil : next).text
            return answer
          }
          last = company.id
        }
        if companies.count < 100 { return answer }
        searched += companies.count
      }
      answer.nextPageToken = SearchToken(company: last, payment: nil).text
      return answer
    }

    /// Adds what is found in one company; where there is more than the page holds, the last payment
    /// that was told, or the first one that was not where none was.
    private func add(
      _ company: Company, after: ID<Payment>?, _ filter: PaymentFilter,
      to answer: inout Bureau_V1_SearchPaymentsResponse
    ) throws -> ID<Payment>? {
      let place = Place(bureau: bureau, company: company.id)
      let room = size - answer.payments.count
      let found = try PaymentTables.find(
        filter, of: place, for: sights.sight(company.id), after: after, limit: room + 1, in: tx)
      if found.isEmpty { return nil }
      let active = try AgreementTables.active(of: place, in: tx)
      var last = after
      for payment in found.prefix(room) {
        answer.payments.append(
          try .with {
            $0.payment = Bureau_V1_Payment(
              try view(payment, at: place, time, active: active, in: tx))
            $0.company = ResourceName.company(place)
            $0.companyDisplayName = company.displayName
          })
        last = payment.id
      }
      return found.count > room ? last ?? found.first?.id : nil
    }
  }
}

extension PaymentQuery {
  init(_ message: Bureau_V1_PaymentFilter, at place: Place) throws {
    self.init()
    states = Set(message.states.compactMap { PaymentState($0) })
    creditorAccount = message.creditorAccount
    text = message.text
    currency = message.currencyCode
    minimum = message.minAmountMinorUnits
    maximum = message.maxAmountMinorUnits
    earliestDueDate = message.earliestDueDate
    latestDueDate = message.latestDueDate
    supplier = message.supplier
    if !message.salaryBatch.isEmpty {
      let (named, id) = try ResourceName.parse(
        message.salaryBatch, "salaryBatches", as: SalaryBatch.self, field: "filter.salary_batch")
      guard named.bureau == place.bureau, place.isBureau || named == place else {
        throw NameError.malformed(
          field: "filter.salary_batch", pattern: "a batch of salaries of what is searched")
      }
      salary = id
    }
    guard !message.transfer.isEmpty else { return }
    let (named, id) = try ResourceName.parse(
      message.transfer, "transfers", as: Transfer.self, field: "filter.transfer")
    guard named.bureau == place.bureau, place.isBureau || named == place else {
      throw NameError.malformed(
        field: "filter.transfer", pattern: "a transfer of what is searched")
    }
    transfer = id
  }
}

extension Bureau_V1_CountPaymentsRequest: AsOfRequest {}
