import Domain
import Primitives
import Testing

@Suite struct DuplicateRulesTests {
  private func owed(
    _ number: UInt8, change: (inout DuplicateKey) -> Void = { _ in }
  ) -> DuplicateKey {
    var key = DuplicateKey(
      payment: key(number), supplierKey: "org:988077917",
      account: accountNumber(.norwegian, "12345678903"), amount: .nok(125_000),
      reference: "1234567897", invoiceNumber: "104471", state: .proposalComplete,
      createTime: monday.adding(minutes: Int(number)))
    change(&key)
    return key
  }

  private func likeness(_ other: DuplicateKey) -> [Duplicate.Likeness] {
    DuplicateRules.duplicates(of: owed(50), among: [other]).map(\.likeness)
  }

  @Test func `the same supplier, reference and amount within 24 months is found`() {
    #expect(likeness(owed(40)) == [.reference])
    #expect(likeness(owed(40) { $0.invoiceNumber = "7" }) == [.reference])
    #expect(likeness(owed(40) { $0.state = .posted }) == [.reference])
    // The number alone tells it too, however either source writes it.
    #expect(
      likeness(
        owed(40) {
          $0.reference = nil
          $0.invoiceNumber = "0010-44 71"
        }) == [.invoiceNumber])
    // Another source knows the supplier by another key, and the same account.
    #expect(likeness(owed(40) { $0.supplierKey = "name:elbolaget" }) == [.reference])
  }

  @Test func `what is another debt, or came later, is not found`() {
    #expect(likeness(owed(50)).isEmpty)
    #expect(likeness(owed(60)).isEmpty)
    // What has no number is not the same for it.
    let unnumbered = owed(50) {
      $0.reference = nil
      $0.invoiceNumber = "-"
    }
    #expect(
      DuplicateRules.duplicates(
        of: unnumbered,
        among: [
          owed(40) {
            $0.reference = nil
            $0.invoiceNumber = ""
          }
        ]
      ).isEmpty)
    #expect(likeness(owed(40) { $0.amount = .nok(125_001) }).isEmpty)
    #expect(likeness(owed(40) { $0.amount = .sek(125_000) }).isEmpty)
    #expect(likeness(owed(40) { $0.state = .deleted }).isEmpty)
    #expect(
      likeness(
        owed(40) {
          $0.reference = "7"
          $0.invoiceNumber = "7"
        }
      ).isEmpty)
    #expect(
      likeness(
        owed(40) {
          $0.supplierKey = "org:1"
          $0.account = accountNumber(.norwegian, "86011117947")
        }
      ).isEmpty)
    // Two of which nothing is known are not the same for it.
    let bare = owed(50) {
      $0.supplierKey = "org:2"
      $0.account = nil
    }
    let other = owed(40) {
      $0.supplierKey = "org:1"
      $0.account = nil
    }
    #expect(DuplicateRules.duplicates(of: bare, among: [other]).isEmpty)
  }

  @Test(arguments: PaymentState.allCases)
  func `what came later is found once it is on its way (O)`(state: PaymentState) {
    let isOnItsWay: Set<PaymentState> = [
      .signed, .awaitingBankSignature, .processing, .inDoubt, .paid, .posted,
    ]
    #expect(
      likeness(owed(60) { $0.state = state }) == (isOnItsWay.contains(state) ? [.reference] : []))
  }

  @Test func `what is set off hides no duplicate (O)`() {
    var netted = Payment.example(41)
    netted.terms.amount = .nok(100_000)
    netted.terms.reference = paymentReference(.message, "Invoice 17 less credit note K60")
    netted.netting = Netting(
      invoiceNumber: "17", gross: .nok(125_000), reference: PaymentTerms.complete.reference,
      items: [])
    #expect(DuplicateKey(netted).amount == .nok(125_000))
    #expect(DuplicateKey(netted).reference == "Invoice 17")
    #expect(
      DuplicateRules.duplicates(of: DuplicateKey(netted), among: [DuplicateKey(.example(40))]).count
        == 1)
  }

  @Test func `the signer reads what a payment was taken for, and why it is owed`() {
    var found = DuplicateRules.duplicates(of: owed(50), among: [owed(40), owed(41)])
    #expect(DuplicateRules.notes(on: found).isEmpty)
    found[0].dismissal = "Rent"
    #expect(DuplicateRules.notes(on: found) == ["Looks like invoice 104471, owed as well: Rent"])
  }

  @Test func `24 months are looked back, to the day`() {
    func found(_ text: String) -> Bool {
      !likeness(owed(40) { $0.createTime = moment(text) }).isEmpty
    }
    // Monday is 2026-03-02.
    #expect(found("2024-03-02T08:00:00Z"))
    #expect(!found("2024-03-01T08:00:00Z"))
    #expect(DuplicateRules.horizon(of: moment("2028-02-29T08:00:00Z")) == "2026-02-29")
  }

  @Test(arguments: [
    ("0104471", "104471"), ("INV-104 471", "inv104471"), ("F_7/8.9#", "f789"), ("000", "000"),
    ("Å1", "Å1"), ("", ""),
  ])
  func `numbers are compared without signs, letter case and zeros in front`(
    text: String, key: String
  ) {
    #expect(DuplicateKey.number(text) == key)
  }

  @Test func `a finding stops the signature until a person has given a reason`() throws {
    var found = DuplicateRules.duplicates(of: owed(50), among: [owed(40), owed(41)])
    #expect(found.map(\.payment) == [key(40), key(41)])
    #expect(throws: DuplicateError.found("104471", id: (key(40) as ID<Payment>).hex)) {
      try DuplicateRules.check(found)
    }
    let payment = Payment.example(50)
    #expect(throws: DuplicateError.reasonInvalid) {
      try DuplicateRules.dismissing(found, of: payment, by: .kim, reason: " ")
    }
    #expect(throws: DuplicateError.notPerson) {
      try DuplicateRules.dismissing(found, of: payment, by: .robot, reason: "Two months")
    }
    #expect(throws: DuplicateError.nothingFound) {
      try DuplicateRules.dismissing([], of: payment, by: .kim, reason: "Two months")
    }
    found[0].dismissal = "Rent"
    #expect(
      try DuplicateRules.dismissing(found, of: payment, by: .kim, reason: "Two months ") == [
        .duplicatesDismissed(
          DuplicatesDismissed(
            payment: payment.id, others: [key(41)], user: User.kim.id, reason: "Two months"))
      ])
    found[1].dismissal = "Two months"
    try DuplicateRules.check(found)
    #expect(try DuplicateRules.dismissing(found, of: payment, by: .kim, reason: "x").isEmpty)
  }
}
