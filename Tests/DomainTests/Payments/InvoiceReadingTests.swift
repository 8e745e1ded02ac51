import Domain
import Formats
import Primitives
import Testing

extension UBLDocument {
  /// A Norwegian supplier's invoice to the example company; all that a payment needs.
  static func example(_ change: (inout UBLDocument) -> Void = { _ in }) -> UBLDocument {
    var document = UBLDocument()
    document.id = "17"
    document.typeCode = "380"
    document.currency = "NOK"
    document.payableAmount = "1250.00"
    document.dueDate = "2026-03-31"
    document.supplier.registrationName = "Elbolaget AS"
    document.supplier.legalID = "923609016"
    document.supplier.country = "NO"
    document.buyer.legalID = "988077917"
    var means = PaymentMeans()
    means.code = "30"
    means.accountID = "12345678903"
    means.paymentIDs = ["1234567897"]
    document.paymentMeans = [means]
    change(&document)
    return document
  }

  /// The same from Sweden, with one account.
  static func swedish(
    _ account: String, branch: String? = nil, scheme: String? = nil, paymentID: String? = nil
  ) -> UBLDocument {
    .example { document in
      document.currency = "SEK"
      document.supplier.country = "SE"
      document.paymentMeans[0].accountID = account
      document.paymentMeans[0].branchID = branch
      document.paymentMeans[0].accountIDScheme = scheme
      document.paymentMeans[0].paymentIDs = paymentID.map { [$0] } ?? []
    }
  }
}

private func read(_ document: UBLDocument) throws -> InvoiceReading {
  try InvoiceReading(document, for: .norwegian, today: day("2026-03-02"))
}

@Suite struct InvoiceReadingTests {
  @Test func `P-01 P-04 a complete invoice is read as it stands`() throws {
    let reading = try read(.example())
    #expect(reading.number == "17")
    #expect(reading.supplierKey == "org:923609016")
    #expect(reading.warnings == [])
    #expect(reading.asWritten == AsWritten())
    #expect(
      reading.terms
        == PaymentTerms(
          creditorName: "Elbolaget AS", creditorCountry: .no,
          creditorAccount: accountNumber(.norwegian, "12345678903"), creditorBIC: nil,
          amount: .nok(125_000), reference: paymentReference(.kid, "1234567897"),
          dueDate: day("2026-03-31")))
  }

  /// One way to be no payment.
  struct Refused: Sendable {
    let error: InvoiceError
    let change: @Sendable (inout UBLDocument) -> Void

    init(_ error: InvoiceError, _ change: @escaping @Sendable (inout UBLDocument) -> Void) {
      (self.error, self.change) = (error, change)
    }
  }

  static let refused = [
    Refused(.creditNote) { $0.kind = .creditNote },
    Refused(.creditNote) { $0.typeCode = "381" },
    Refused(.numberMissing) { $0.id = " \n" },
    Refused(.currencyUnknown("NKR")) { $0.currency = "NKR" },
    Refused(.currencyUnknown("")) { $0.currency = "" },
    Refused(.currencyUnknown("nok")) { $0.payableCurrency = "nok" },
    Refused(.amountInvalid("")) { $0.payableAmount = nil },
    Refused(.amountInvalid("1 250,00")) { $0.payableAmount = "1 250,00" },
    Refused(.amountInvalid("1.005")) { $0.payableAmount = "1.005" },
    Refused(.amountInvalid("10000000000000.00")) { $0.payableAmount = "10000000000000.00" },
    Refused(.amountNotPositive) { $0.payableAmount = "0.00" },
    Refused(.amountNotPositive) { $0.payableAmount = "-1.00" },
    Refused(.dueDateInvalid("31.03.2026")) { $0.dueDate = "31.03.2026" },
    Refused(.dueDateInvalid("2026-02-30")) { $0.dueDate = "2026-02-30" },
  ]

  @Test(arguments: refused)
  func `P-03 what cannot be paid is refused by name`(row: Refused) {
    #expect(throws: row.error) { try read(.example(row.change)) }
  }

  @Test func `without a due date the payment is red, with a past one it is marked overdue`() throws
  {
    #expect(try read(.example { $0.dueDate = nil }).terms.missingFields == ["due_date"])
    let overdue = try read(.example { $0.dueDate = "2026-03-01" })
    #expect(overdue.terms.dueDate == day("2026-03-01"))
    #expect(overdue.warnings == [.overdue])
    #expect(try read(.example { $0.dueDate = "2026-03-02Z" }).warnings == [])
  }

  @Test func `another buyer is a warning`() throws {
    #expect(
      try read(.example { $0.buyer.legalID = "923609016" }).warnings == [.buyerIsAnother])
    #expect(try read(.example { $0.buyer = UBLDocument.Party() }).warnings == [.buyerIsAnother])
    for text in ["NO988077917MVA", "988 077 917", "0192:988077917"] {
      let document = UBLDocument.example {
        $0.buyer.legalID = nil
        $0.buyer.vatID = text
      }
      let expected: [PaymentWarning] = text.hasPrefix("0192") ? [.buyerIsAnother] : []
      #expect(try read(document).warnings == expected)
    }
  }

  @Test func `with a factor the payee is paid and the supplier stays the one of the invoice`()
    throws
  {
    let reading = try read(
      .example {
        $0.payee = UBLDocument.Party()
        $0.payee?.registrationName = "Factoring Finans AS"
        $0.payee?.legalID = "988077917"
      })
    #expect(reading.terms.creditorName == "Factoring Finans AS")
    #expect(reading.supplierKey == "org:923609016")
  }

  @Test func `a supplier without a name leaves the creditor to be filled in`() throws {
    let reading = try read(.example { $0.supplier.registrationName = nil })
    #expect(reading.terms.missingFields == ["creditor"])
  }

  @Test(arguments: ["DUP 1", "dup1", "Dup\t1"])
  func `P-02 an invoice number is compared without case and blanks`(written: String) throws {
    #expect(try read(.example { $0.id = written }).numberKey == "dup1")
  }

  @Test func `P-02 a supplier is known by the strongest identifier, however it is written`() throws
  {
    func key(_ change: (inout UBLDocument.Party) -> Void) throws -> String {
      try read(.example { change(&$0.supplier) }).supplierKey
    }
    #expect(try key { $0.legalID = "923 609 016" } == "org:923609016")
    #expect(
      try key {
        $0.legalID = nil
        $0.vatID = "NO 923609016 MVA"
      } == "org:923609016")
    #expect(
      try key {
        $0.legalID = " "
        $0.endpointID = "0192:923609016"
      } == "endpoint:0192923609016")
    #expect(
      try key {
        $0.legalID = nil
        $0.registrationName = "Elbolaget A/S"
      } == "name:no:elbolagetas")
    #expect(
      try key {
        $0.legalID = nil
        $0.registrationName = nil
      } == "unknown")
  }
}

@Suite struct InvoiceAccountTests {
  @Test(
    arguments: [
      ("12345678903", AccountForm.norwegian, "12345678903"),
      ("1234.56.78903", .norwegian, "12345678903"),
      ("NO93 8601 1117 947", .norwegian, "86011117947"),
      ("DE89 3704 0044 0532 0130 00", .iban, "DE89370400440532013000"),
      ("FI2112345600000785", .iban, "FI2112345600000785"),
      ("12345678904", nil, ""), ("NO9386011117948", nil, ""), ("1234567890", nil, ""),
      ("9912346", nil, ""),
    ] as [(String, AccountForm?, String)])
  func `a Norwegian supplier's account is read or left out`(
    text: String, form: AccountForm?, stored: String
  ) throws {
    let reading = try read(.example { $0.paymentMeans[0].accountID = text })
    #expect(reading.terms.creditorAccount == form.map { accountNumber($0, stored) })
    #expect(reading.asWritten.account == (form == nil ? text : nil))
    #expect(reading.warnings.contains(.accountUnusable) == (form == nil))
    #expect(reading.terms.missingFields.contains("creditor_account") == (form == nil))
  }

  @Test(
    arguments: [
      ("991-2346", "SE:BANKGIRO", nil, AccountForm.bankgiro, "9912346"),
      ("9912346", nil, "BGNR", .bankgiro, "9912346"),
      ("9912346", "9900", nil, .bankgiro, "9912346"),
      ("9912346", nil, "bg", .bankgiro, "9912346"), ("9912347", "SE:BANKGIRO", nil, nil, ""),
      ("28 65 43-4", "SE:PLUSGIRO", nil, .plusgiro, "2865434"),
      ("2865434", nil, "PGNR", .plusgiro, "2865434"),
      ("2865434", "9960", nil, .plusgiro, "2865434"),
      ("5440-1122003", nil, nil, .swedish, "5440-1122003"),
      ("54401122003", nil, nil, .swedish, "5440-1122003"),
      ("1122003", "5440", nil, .swedish, "5440-1122003"),
      ("SE4550000000058398257466", nil, nil, .iban, "SE4550000000058398257466"),
      // Unmarked: valid as bankgiro, plusgiro or even as an account. Never guessed.
      ("9912346", nil, nil, nil, ""), ("991-2346", nil, nil, nil, ""),
      ("2865434", nil, nil, nil, ""),
      ("8123-4567", nil, nil, nil, ""), ("9960349", nil, nil, nil, ""),
      ("9960-0349", nil, nil, nil, ""),
      ("55555551", nil, nil, nil, ""),
    ] as [(String, String?, String?, AccountForm?, String)])
  func `a Swedish number's kind is read from its mark and never guessed`(
    text: String, branch: String?, scheme: String?, form: AccountForm?, stored: String
  ) throws {
    let reading = try read(.swedish(text, branch: branch, scheme: scheme))
    #expect(reading.terms.creditorAccount == form.map { accountNumber($0, stored) })
    #expect(reading.asWritten.account == (form == nil ? text : nil))
  }

  @Test(arguments: [UInt64](1...200))
  func `seven or eight unmarked digits are never an account`(seed: UInt64) throws {
    var random = Seeded(seed)
    let digits = random.digits(random.int(7...8))
    let cut = digits.index(digits.startIndex, offsetBy: random.int(2...5))
    for text in [
      digits, digits[..<cut] + "-" + digits[cut...], digits[..<cut] + " " + digits[cut...],
    ] {
      #expect(try read(.swedish(String(text))).terms.creditorAccount == nil, "\(text)")
    }
  }

  @Test func `the first usable means of payment counts, and a missing account is only missing`()
    throws
  {
    let two = UBLDocument.example {
      var wrong = $0.paymentMeans[0]
      wrong.accountID = "12345678904"
      wrong.paymentIDs = ["first"]
      $0.paymentMeans.insert(wrong, at: 0)
    }
    let reading = try read(two)
    #expect(reading.terms.creditorAccount == accountNumber(.norwegian, "12345678903"))
    #expect(reading.terms.reference == paymentReference(.kid, "1234567897"))
    for document in [
      UBLDocument.example { $0.paymentMeans = [] },
      .example { $0.paymentMeans[0].accountID = nil },
      .example { $0.paymentMeans[0].accountID = "  " },
    ] {
      let reading = try read(document)
      #expect(reading.terms.creditorAccount == nil)
      #expect(reading.terms.missingFields == ["creditor_account"])
    }
  }

  @Test func `a BIC beside the account is kept`() throws {
    let reading = try read(
      .example {
        $0.paymentMeans[0].accountID = "DE89370400440532013000"
        $0.paymentMeans[0].branchID = "COBADEFF"
        $0.currency = "USD"
        $0.paymentMeans[0].paymentIDs = []
      })
    #expect(reading.terms.creditorBIC == aBIC("COBADEFF"))
    #expect(reading.terms.missingFields == [])
  }
}

@Suite struct InvoiceReferenceTests {
  @Test(
    arguments: [
      ("1234567897", PaymentReferenceType.kid, "1234567897"), ("12345 67897", .kid, "1234567897"),
      ("1234567890", nil, ""), ("123-", nil, ""),
      ("RF18 5390 0754 7034", .creditor, "RF18539007547034"),
      ("RF19539007547034", nil, ""), ("Ref 17/B", .message, "Ref 17/B"), ("", .message, "17"),
      ("  ", .message, "17"), ("RFQ 17", .message, "RFQ 17"),
    ] as [(String, PaymentReferenceType?, String)])
  func `P-03 E-01 to a Norwegian account digits are a KID, with a wrong check digit none`(
    text: String, type: PaymentReferenceType?, stored: String
  ) throws {
    let reading = try read(.example { $0.paymentMeans[0].paymentIDs = [text] })
    #expect(reading.terms.reference == type.map { paymentReference($0, stored) })
    #expect(reading.asWritten.reference == (type == nil ? text : nil))
    #expect(reading.warnings.contains(.referenceUnusable) == (type == nil))
    #expect(reading.terms.missingFields == (type == nil ? ["reference"] : []))
  }

  @Test(
    arguments: [
      ("9912346", "SE:BANKGIRO", "1234567897", PaymentReferenceType.ocr),
      ("2865434", "SE:PLUSGIRO", "1234567897", .ocr), ("9912346", "SE:BANKGIRO", "1234567890", nil),
      ("9912346", nil, "1234567897", .ocr), ("9912346", nil, "1234567890", nil),
      // To an account number no OCR is known, so it goes as text.
      ("5440-1122003", nil, "1234567890", .message), ("9912346", "SE:BANKGIRO", "Ref 17", .message),
    ] as [(String, String?, String, PaymentReferenceType?)])
  func `to a giro number digits are an OCR, with a wrong check digit none`(
    account: String, branch: String?, text: String, type: PaymentReferenceType?
  ) throws {
    let reading = try read(.swedish(account, branch: branch, paymentID: text))
    #expect(reading.terms.reference == type.map { paymentReference($0, text) })
    #expect(reading.asWritten.reference == (type == nil ? text : nil))
  }

  @Test(
    arguments: [
      ("1232", PaymentReferenceType.finnish), ("1233", nil), ("Ref 17", .message),
    ] as [(String, PaymentReferenceType?)])
  func `to a Finnish IBAN digits are a Finnish reference`(
    text: String, type: PaymentReferenceType?
  ) throws {
    let reading = try read(
      .example {
        $0.currency = "EUR"
        $0.supplier.country = "FI"
        $0.paymentMeans[0].accountID = "FI2112345600000785"
        $0.paymentMeans[0].paymentIDs = [text]
      })
    #expect(reading.terms.reference == type.map { paymentReference($0, text) })
  }

  @Test func `without an account the supplier's country decides what digits are`() throws {
    for (country, type) in [("NO", PaymentReferenceType.kid), ("SE", .ocr), ("DE", .message)] {
      let reading = try read(
        .example {
          $0.supplier.country = country
          $0.paymentMeans[0].accountID = nil
        })
      #expect(reading.terms.reference?.type == type)
    }
  }

  @Test(arguments: [UInt64](1...300))
  func `whatever the texts, reading gives a payment or a refusal, and what it gives can be signed`(
    seed: UInt64
  ) throws {
    var random = Seeded(seed)
    let accounts = [
      "12345678903", "9912346", "5440-1122003", "FI2112345600000785", "SE4550000000058398257466",
      "DE89370400440532013000", "", "99602865434", "9960-2865434", random.digits(11),
    ]
    let references = ["1234567897", "1232", "RF18539007547034", "Ref ÅÄÖ €", "", random.digits(6)]
    let document = UBLDocument.example {
      $0.currency = random.pick(["NOK", "SEK", "EUR", "USD", "JPY", "X"])
      $0.supplier.country = random.pick(["NO", "SE", "FI", "DE", "no", nil])
      $0.payableAmount = random.pick(["1", "0.01", "99999999999.99", "-1", "x"])
      $0.paymentMeans[0].accountID = random.pick(accounts)
      $0.paymentMeans[0].branchID = random.pick([nil, "SE:BANKGIRO", "9960", "DNBANOKK", "5440"])
      $0.paymentMeans[0].paymentIDs = [random.pick(references)]
    }
    guard let reading = try? read(document), reading.terms.missingFields == [] else { return }
    let payment = Payment.example(40, .proposalComplete, reading.terms)
    let agreements = [
      Agreement.dnb, .seb, .example(25, currency: .eur), .example(26, bank: "seb", currency: .eur),
    ]
    let chosen = try? PaymentRules.agreement(for: reading.terms, among: agreements)
    guard let (agreement, profile) = chosen else { return }
    do {
      let signed = try payment.signed(for: agreement)
      _ = try TransferRules.preparing(
        key(50), [signed], on: day("2026-03-31"), agreement: agreement, profile: profile,
        company: .norwegian, at: moment("2026-03-31T05:00:00Z"))
    } catch PaymentError.notSendable {
      // A plusgiro number in the guise of an account is refused before it is signed.
    }
  }
}
