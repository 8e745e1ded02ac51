import Domain
import Policies
import Primitives
import Testing

@Suite struct SupplierRulesTests {
  private static let account = accountNumber(.norwegian, "12345678903")
  private static let other = accountNumber(.norwegian, "86011117947")

  private func entry(
    _ state: SupplierAccount.State = .held, maker: ID<User>? = User.kim.id,
    change: (inout SupplierAccount) -> Void = { _ in }
  ) -> SupplierAccount {
    var account = SupplierAccount(
      id: key(70), supplierKey: "org:988077917", account: Self.account, state: state,
      isChange: false, maker: maker, payment: key(40), createTime: monday)
    change(&account)
    return account
  }

  private func standing(
    _ account: SupplierAccount?, blocked: String? = nil, last: AccountNumber? = nil
  ) -> PayeeStanding {
    PayeeStanding(
      supplierName: "Elbolaget AS", blockReason: blocked, account: account, lastAccount: last)
  }

  @Test func `S a held account is not paid unless the policy says so`() throws {
    typealias Confirmation = CompanyPolicy.PayeeAccountConfirmation
    func refused(_ confirmation: Confirmation, _ standing: PayeeStanding) -> String? {
      do throws(SupplierError) {
        try standing.check(by: CompanyPolicy(payeeAccountConfirmation: confirmation))
        return nil
      } catch { return error.reason }
    }
    let new = standing(entry()), changed = standing(entry { $0.isChange = true })
    for (confirmation, first, second) in [
      (.secondPerson, "SUPPLIER_ACCOUNT_HELD", "SUPPLIER_ACCOUNT_HELD"),
      (.changesOnly, nil, "SUPPLIER_ACCOUNT_HELD"), (.none, nil, nil),
    ] as [(Confirmation, String?, String?)] {
      #expect(refused(confirmation, new) == first)
      #expect(refused(confirmation, changed) == second)
      // What somebody has said no to is paid by no policy.
      #expect(refused(confirmation, standing(entry(.rejected))) == "SUPPLIER_ACCOUNT_REJECTED")
      #expect(
        refused(confirmation, standing(entry(.confirmed), blocked: "x")) == "SUPPLIER_BLOCKED")
      #expect(refused(confirmation, standing(entry(.confirmed))) == nil)
      #expect(refused(confirmation, .unregistered) == nil)
    }
    #expect(CompanyPolicy.standard.payeeAccountConfirmation == .secondPerson)
  }

  @Test func `S nobody confirms what he has brought or rejected, and no program confirms at all`()
    throws
  {
    #expect(throws: SupplierError.notPerson) {
      try SupplierRules.confirming([entry()], by: .robot)
    }
    #expect(throws: SupplierError.ownAccount) {
      try SupplierRules.confirming([entry()], by: .kim)
    }
    let rejected = entry(.rejected, maker: nil) { $0.decider = User.alex.id }
    #expect(throws: SupplierError.ownAccount) {
      try SupplierRules.confirming([rejected], by: .alex)
    }
    // All of them or none.
    #expect(throws: SupplierError.ownAccount) {
      try SupplierRules.confirming([entry(maker: User.alex.id), entry()], by: .kim)
    }
    let fact = SupplierAccountConfirmed(
      supplierKey: "org:988077917", account: Self.account, user: User.alex.id)
    #expect(
      try SupplierRules.confirming([entry()], by: .alex) == [.supplierAccountConfirmed(fact)])
    #expect(try SupplierRules.confirming([entry(.confirmed)], by: .kim).isEmpty)
  }

  @Test func `S rejecting an account or blocking a supplier takes back what was signed for it`()
    throws
  {
    let signed = try Payment.example().signed()
    let facts = try SupplierRules.rejecting(
      entry(), by: User.alex.id, reason: " Not theirs ", signed: [(signed, false)])
    #expect(
      facts == [
        .supplierAccountRejected(
          SupplierAccountRejected(
            supplierKey: "org:988077917", account: Self.account, user: User.alex.id,
            reason: "Not theirs")),
        .paymentChanged(
          PaymentChanged(payment: signed.id, state: .proposalComplete, terms: signed.terms)),
      ])
    let supplier = Supplier(
      id: key(71), key: "org:988077917", displayName: "Elbolaget AS", countryCode: "NO",
      blockReason: nil, createTime: monday, accounts: [])
    #expect(
      try SupplierRules.blocking(supplier, reason: "Why", signed: [(signed, true)]).names
        == ["supplierBlocked", "paymentChanged"])
    for reason in ["", " ", "...", "a\nb", String(repeating: "a", count: 501)] {
      #expect(throws: SupplierError.reasonInvalid) {
        try SupplierRules.blocking(supplier, reason: reason, signed: [])
      }
    }
    #expect(SupplierRules.unblocking(supplier).isEmpty)
  }

  @Test func `the accounts that facts name are those of proposals and changes`() {
    let proposed = PaymentProposed(
      payment: key(40), state: .proposalComplete, invoiceNumber: "1", supplierKey: "org:1",
      terms: .complete, asWritten: AsWritten(), warnings: [], maker: User.kim.id)
    let bare = PaymentTerms.complete.with { $0.creditorAccount = nil }
    let named = SupplierRules.accounts(in: [
      .paymentProposed(proposed),
      .paymentChanged(
        PaymentChanged(
          payment: key(41), state: .proposalComplete,
          terms: .complete.with { $0.creditorAccount = Self.other }, maker: User.alex.id)),
      .paymentChanged(
        PaymentChanged(payment: key(40), state: .proposalIncomplete, terms: bare)),
      .paymentDeleted(PaymentDeleted(payment: key(40))),
    ]) { $0 == key(41) ? "org:2" : nil }
    #expect(named.map(\.supplierKey) == ["org:1", "org:2"])
    #expect(named.map(\.account) == [Self.account, Self.other])
    #expect(named.map(\.maker) == [User.kim.id, User.alex.id])
  }
}

/// What the signer is told of a payee's account is part of what is signed.
@Suite struct PayeeMarkTests {
  private func standing(last: AccountNumber? = nil, signed: Instant? = nil) -> PayeeStanding {
    let account = accountNumber(.norwegian, "12345678903")
    return PayeeStanding(
      supplierName: "Elbolaget AS", blockReason: nil,
      account: SupplierAccount(
        id: key(70), supplierKey: "org:988077917", account: account, state: .confirmed,
        isChange: last != nil, maker: nil, payment: key(40), createTime: monday,
        lastSignTime: signed), lastAccount: last)
  }

  @Test func `S what is new or changed since last time stands in the text and in the digest`()
    throws
  {
    let last = accountNumber(.norwegian, "86011117947")
    let old = try Payment.example(40).approving(
      with: [.dnb], payee: standing(last: last, signed: monday))
    let new = try Payment.example(41).approving(with: [.dnb], payee: standing())
    let changed = try Payment.example(42).approving(with: [.dnb], payee: standing(last: last))
    #expect(old.rendered.payeeMark == nil)
    #expect(new.rendered.payeeMark == .new && changed.rendered.payeeMark == .changed)
    let text = try Approval(companyName: "Nordlys AS", items: [old, new, changed]).visibleText()
    #expect(text.contains("\nLook closely: 1 to new payees, 1 to changed accounts\n"))
    #expect(text.ranges(of: "NEW PAYEE, never paid before").count == 1)
    #expect(text.contains("ACCOUNT CHANGED, last paid on 8601.11.17947"))
    let bulk = BulkApproval(parts: [
      .init(
        company: key(2), approval: Approval(companyName: "Nordlys AS", items: [new, changed]))
    ])
    #expect(try bulk.visibleText().contains("; ACCOUNT CHANGED, last paid on 8601.11.17947"))
    // The mark alone makes another digest; without one it is as it always was.
    let values = changed.rendered
    #expect(
      Set([values, values.marked(.new), values.marked(nil)].map(\.digest)).count == 3)
    #expect(values.marked(nil).canonicalText.hasPrefix("bureau/payment/v1\npayment="))
    #expect(values.canonicalText.hasPrefix("bureau/payment/v2\npayment="))
    #expect(values.canonicalText.hasSuffix("due_date=2026-03-31\npayee_account=changed\n"))
  }

  @Test func `S who was not told that an account is new has not signed for it`() throws {
    let payment = Payment.example()
    func sign(shown: PayeeStanding, now: PayeeStanding) throws -> [Fact] {
      let item = try payment.approving(with: [.dnb], payee: shown)
      return try payment.signing(
        by: User.alex.id, with: .over([item]), agreements: [.dnb], payee: now)
    }
    let known = standing(signed: monday), new = standing()
    #expect(throws: PaymentError.signedValuesChanged) { try sign(shown: known, now: new) }
    // Another payment to it was signed meanwhile: the signer has seen more than there is.
    for case .paymentSigned(let fact) in try sign(shown: new, now: known) {
      #expect(fact.signature.rendered.payeeMark == .new)
    }
    #expect(try sign(shown: new, now: new).names == ["paymentSigned"])
  }

  @Test func `S of several signers the second is shown what the first was`() throws {
    var payment = Payment.example()
    let item = try payment.approving(with: [.dnb], payee: standing())
    let facts = try payment.signing(
      by: User.alex.id, with: .over([item]), agreements: [.dnb], required: 2, payee: standing())
    for case .paymentPartlySigned(let fact) in facts { payment.approvals = [fact.signature] }
    try #require(payment.approvals.count == 1)
    // The account is new no more, because another payment to it was signed.
    let second = try payment.approving(with: [.dnb], payee: standing(signed: monday))
    #expect(second == item)
    #expect(payment.approvals(of: second).count == 1)
  }
}
