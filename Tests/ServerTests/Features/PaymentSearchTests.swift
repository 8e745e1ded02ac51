import BureauAPI
import Domain
import EngineKit
import GRPCCore
import Primitives
import SwiftProtobuf
import TestKit
import Testing

/// Finding payments, and what happened to one, through the whole server.
@Suite(.everyEngine) struct PaymentSearchTests {
  // MARK: Search

  private static func numbers(
    _ person: Person, _ change: @Sendable (inout Bureau_V1_ListPaymentsRequest) -> Void
  ) async throws -> [String] {
    var request = Bureau_V1_ListPaymentsRequest()
    request.parent = try person.bureau.company.name
    change(&request)
    let sent = request
    return try await person.calls { connection, metadata in
      try await connection.payments.listPayments(sent, metadata: metadata)
    }.payments.map(\.invoiceNumber).sorted()
  }

  /// Four payments that differ in what is searched by.
  private static func filled(_ office: Office) async throws {
    let kim = office.kim
    try await kim.imports(SupplierInvoice(number: "1"))
    try await kim.imports(
      SupplierInvoice(number: "2").with {
        $0.supplier = "Ærlig Åkeri AS"
        $0.supplierNumber = "923609016"
        $0.account = Numbers.norwegianAccount(700)
        $0.amount = "100.00"
        $0.due = "2026-04-20"
      })
    let done = try await kim.imports(
      SupplierInvoice(number: "3").with {
        $0.amount = "200.00"
        $0.due = "2026-04-21"
      })
    try await kim.acknowledges(done)
    try await kim.imports(
      SupplierInvoice(number: "4").with {
        $0.currency = "EUR"
        $0.account = "DE89370400440532013000"
        $0.reference = "Invoice 4"
        $0.amount = "150.00"
      })
  }

  @Test func `payments are found by account, amount, due date, state and currency (Q-01, Q-02)`()
    async throws
  {
    try await withOffice { office in
      let kim = office.kim
      try await Self.filled(office)
      func found(_ change: @Sendable (inout Bureau_V1_PaymentFilter) -> Void) async throws
        -> [String]
      {
        try await Self.numbers(kim) { change(&$0.filter) }
      }
      #expect(try await found { _ in } == ["1", "2", "3", "4"])
      #expect(try await found { $0.creditorAccount = "8601.11.17947" } == ["1", "3"])
      #expect(try await found { $0.creditorAccount = "DE89 3704 0044 0532 0130 00" } == ["4"])
      #expect(try await found { $0.minAmountMinorUnits = 150_00 } == ["1", "3", "4"])
      #expect(try await found { $0.maxAmountMinorUnits = 150_00 } == ["2", "4"])
      #expect(try await found { $0.earliestDueDate = "2026-04-20" } == ["2", "3"])
      #expect(try await found { $0.latestDueDate = "2026-04-20" } == ["1", "2", "4"])
      #expect(try await found { $0.states = [.acknowledged] } == ["3"])
      #expect(try await found { $0.currencyCode = "EUR" } == ["4"])
      #expect(try await found { $0.supplier = "923 609 016" } == ["2"])
      #expect(try await found { $0.text = "ærlig å" } == ["2"])
      #expect(try await found { $0.text = "ELBO" } == ["1", "3", "4"])
      #expect(try await found { $0.text = "%" } == [])
    }
  }

  @Test func `fields narrow the result together (Q-03), by states too`() async throws {
    try await withOffice { office in
      let kim = office.kim
      try await Self.filled(office)
      #expect(
        try await Self.numbers(kim) {
          $0.filter.text = "elbolaget"
          $0.filter.maxAmountMinorUnits = 200_00
        } == ["3", "4"])
      #expect(
        try await Self.numbers(kim) {
          $0.filter.text = "elbolaget"
          $0.filter.maxAmountMinorUnits = 200_00
          $0.filter.currencyCode = "NOK"
        } == ["3"])
      #expect(
        try await Self.numbers(kim) {
          $0.filter.currencyCode = "NOK"
          $0.filter.states = [.acknowledged, .proposalComplete, .proposalOpenItems]
        } == ["1", "2", "3"])
      // The list's own field is one more.
      #expect(
        try await Self.numbers(kim) {
          $0.filter.states = [.acknowledged, .proposalComplete]
          $0.state = .acknowledged
        } == ["3"])
      let refused = try await office.bureau.refusal {
        try await Self.numbers(kim) { $0.filter.currencyCode = "KR" }
      }
      #expect(refused.reason == "FILTER_CURRENCY_UNKNOWN")
      #expect(refused.fields == ["filter.currency_code"])
    }
  }

  @Test func `pages of a search over several states hold each payment once, in order`() async throws
  {
    try await withOffice { office in
      let kim = office.kim, parent = try office.bureau.company.name
      var names: Set<String> = []
      for number in 0..<9 {
        let payment = try await kim.imports(SupplierInvoice(number: "\(number)"))
        if number.isMultiple(of: 3) { try await kim.acknowledges(payment) }
        names.insert(payment.name)
      }
      var told: [String] = [], token = ""
      repeat {
        let page = token
        let answer = try await kim.calls { connection, metadata in
          try await connection.payments.listPayments(
            .with {
              $0.parent = parent
              $0.pageSize = 2
              $0.pageToken = page
              $0.filter.states = [.acknowledged, .proposalOpenItems, .proposalComplete]
            }, metadata: metadata)
        }
        told += answer.payments.map(\.name)
        token = answer.nextPageToken
      } while !token.isEmpty
      #expect(told == names.sorted())
    }
  }

  @Test func `a bundle's payments are found by it`() async throws {
    try await withOffice { office in
      let kim = office.kim
      let first = try await kim.imports(SupplierInvoice(number: "1"))
      try await kim.imports(SupplierInvoice(number: "2"))
      try await office.alex.signs(first)
      try await office.bureau.bankSettles(on: "2026-03-16")
      let transfer = try #require(try await kim.sees(first).instructions.first?.transfer)
      #expect(try await Self.numbers(kim) { $0.filter.transfer = transfer } == ["1"])
      let foreign = try await office.bureau.makeCompany("Fremmed AS")
      let refused = try await office.bureau.refusal {
        try await Self.numbers(kim) {
          $0.filter.transfer = "\(foreign.name)/transfers/\(transfer.suffix(32))"
        }
      }
      #expect(refused.reason == "NAME_MALFORMED")
    }
  }

  @Test func `payments are counted by state, as of a moment too`() async throws {
    try await withOffice { office in
      let kim = office.kim, bureau = office.bureau, parent = try bureau.company.name
      let early = try await kim.imports(SupplierInvoice(number: "1"))
      let then = bureau.world.clock.now
      bureau.world.clock.turn(to: then.adding(seconds: 1))
      try await kim.acknowledges(early)
      try await kim.imports(SupplierInvoice(number: "2"))
      func counts(_ change: @Sendable (inout Bureau_V1_CountPaymentsRequest) -> Void) async throws
        -> [String]
      {
        var request = Bureau_V1_CountPaymentsRequest()
        request.parent = parent
        change(&request)
        let sent = request
        let answer = try await kim.calls { connection, metadata in
          try await connection.payments.countPayments(sent, metadata: metadata)
        }
        #expect(answer.total == answer.counts.reduce(0) { $0 + $1.count })
        return answer.counts.map { "\($0.state) \($0.count)" }
      }
      #expect(try await counts { _ in } == ["proposalOpenItems 1", "acknowledged 1"])
      #expect(try await counts { $0.filter.states = [.acknowledged] } == ["acknowledged 1"])
      #expect(try await counts { $0.filter.text = "nobody" } == [])
      #expect(
        try await counts {
          $0.asOfTime.seconds = then.microseconds / 1_000_000
          $0.asOfTime.nanos = Int32(then.microseconds % 1_000_000) * 1_000
        } == ["proposalComplete 1"])
    }
  }

  @Test func `a search over companies tells what one may see, page by page (Q-01)`() async throws {
    try await withOffice { office in
      let bureau = office.bureau, kim = office.kim
      let other = try await bureau.makeCompany("Fremmed AS")
      let hidden = try await bureau.makeCompany("Skjult AS")
      let lee = try await bureau.accountant("Lee", at: hidden)
      try await lee.imports(SupplierInvoice(number: "0"), at: hidden)
      try await bureau.administrator.gives(kim, .accountant, at: other)
      for number in 1...3 {
        for company in [try bureau.company, other] {
          try await kim.imports(SupplierInvoice(number: "\(number)"), at: company)
        }
      }
      func search(_ person: Person, size: Int32) async throws -> [Bureau_V1_FoundPayment] {
        var found: [Bureau_V1_FoundPayment] = [], token = ""
        repeat {
          let page = token
          let answer = try await person.calls { connection, metadata in
            try await connection.payments.searchPayments(
              .with {
                $0.parent = bureau.name
                $0.pageSize = size
                $0.pageToken = page
                $0.filter.text = "elbolaget"
              }, metadata: metadata)
          }
          #expect(answer.payments.count <= Int(size))
          found += answer.payments
          token = answer.nextPageToken
        } while !token.isEmpty
        return found
      }
      for size in [1, 2, 3, 50] as [Int32] {
        let found = try await search(kim, size: size)
        #expect(found.count == 6)
        #expect(found.map(\.payment.name) == found.map(\.payment.name).sorted())
        #expect(Set(found.map(\.companyDisplayName)) == ["Nordlys Verksted AS", "Fremmed AS"])
      }
      #expect(try await search(lee, size: 50).map(\.companyDisplayName) == ["Skjult AS"])
      #expect(try await search(try bureau.administrator, size: 50).count == 7)
    }
  }

  // MARK: History

  private static func events(
    _ person: Person, _ payment: Bureau_V1_Payment, size: Int32 = 0, at moment: Instant? = nil
  ) async throws -> [Bureau_V1_PaymentEvent] {
    var events: [Bureau_V1_PaymentEvent] = [], token = ""
    repeat {
      let page = token
      let answer = try await person.calls { connection, metadata in
        try await connection.payments.listPaymentEvents(
          .with {
            $0.parent = payment.name
            $0.pageSize = size
            $0.pageToken = page
            if let moment {
              $0.asOfTime.seconds = moment.microseconds / 1_000_000
              $0.asOfTime.nanos = Int32(moment.microseconds % 1_000_000) * 1_000
            }
          }, metadata: metadata)
      }
      events += answer.events
      token = answer.nextPageToken
    } while !token.isEmpty
    return events
  }

  @Test func `a payment's history tells who did what when, from invoice to voucher`() async throws {
    try await withOffice { office in
      let bureau = office.bureau, kim = office.kim, start = bureau.world.clock.now
      let other = try await kim.imports(SupplierInvoice(number: "0"))
      let payment = try await kim.imports(SupplierInvoice())
      try await kim.acknowledges(payment)
      try await office.alex.signs(payment)
      try await bureau.bankSettles(on: "2026-03-16")
      _ = try await kim.posts(payment)
      let events = try await Self.events(kim, payment)
      #expect(
        events.map(\.kind) == [
          "InvoiceImported", "PaymentProposed", "PaymentAcknowledged", "PaymentSigned",
          "TransferPrepared", "TransferDelivered", "PaymentPaid", "VoucherPosted",
        ])
      #expect(
        events.map(\.actorDisplayName) == [
          "Kim", "Kim", "Kim", "Alex", "", "", "", "Kim",
        ])
      let texts = events.map(\.text)
      #expect(
        texts.contains { $0.hasPrefix("It was signed with BankID: 7155.00 NOK to Elbolaget AS") })
      #expect(texts.last == "It was posted with voucher 1 of 2026-03-16.")
      #expect(events.first?.createTime.seconds == start.microseconds / 1_000_000)
      let times = events.map(\.createTime.seconds)
      #expect(times == times.sorted() && times.last != times.first)
      // Page by page it is the same story, and of the past its beginning.
      #expect(try await Self.events(kim, payment, size: 2) == events)
      #expect(try await Self.events(kim, payment, at: start).map(\.kind).count == 4)
      #expect(
        try await Self.events(kim, other).map(\.kind) == [
          "InvoiceImported", "PaymentProposed", "SupplierAccountFound",
        ])
      var absent = payment
      absent.name = payment.name.dropLast(32) + String(repeating: "cd", count: 16)
      let refused = try await bureau.refusal { try await Self.events(kim, absent) }
      #expect(refused.reason == "PAYMENT_NOT_FOUND")
    }
  }

  @Test func `a request with others that refused the payment is part of its history`() async throws
  {
    try await withOffice { office in
      let kim = office.kim
      let red = try await kim.imports(SupplierInvoice().with { $0.account = "" })
      _ = try await kim.handles(kim.handleRequest(.acknowledge, [red.name]))
      let last = try #require(try await Self.events(kim, red).last)
      #expect(last.kind == "PaymentsHandled")
      #expect(
        last.text.hasPrefix(
          "It should be acknowledged, with others, and was refused as PAYMENT_INCOMPLETE: "))
    }
  }
}
