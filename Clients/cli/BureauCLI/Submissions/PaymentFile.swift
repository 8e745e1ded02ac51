internal import BureauAPI
internal import Foundation
internal import SwiftProtobuf

/// A file of payments as accounting systems write them: CSV with a head line, or one JSON object
/// (`BatchPayment`) on each line. docs/sealing.md lists the columns.
enum PaymentFile {
  static let columns = [
    "invoice_number", "creditor_name", "creditor_organisation_number", "creditor_country",
    "account_form", "account", "bic", "amount_minor", "currency", "reference_type", "reference",
    "due_date",
  ]

  static func read(_ data: Data, named path: String) throws(CLIError) -> [Bureau_V1_BatchPayment] {
    guard let text = String(validating: data, as: UTF8.self) else {
      throw fault(path, 1, "the file is no UTF-8 text")
    }
    let lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
    if lines.first(where: { !$0.allSatisfy(\.isWhitespace) })?.hasPrefix("{") == true {
      return try json(lines, path)
    }
    return try csv(lines, path)
  }

  private static func fault(_ path: String, _ line: Int, _ what: String) -> CLIError {
    CLIError(.invalidInput, "PAYMENT_FILE_INVALID", "\(path):\(line): \(what)")
  }

  private static func json(_ lines: [Substring], _ path: String) throws(CLIError)
    -> [Bureau_V1_BatchPayment]
  {
    var found: [Bureau_V1_BatchPayment] = []
    for (index, line) in lines.enumerated() where !line.allSatisfy(\.isWhitespace) {
      do { found.append(try Bureau_V1_BatchPayment(jsonString: String(line))) } catch {
        throw fault(path, index + 1, "no payment in JSON: \(error)")
      }
    }
    return found
  }

  private static func csv(_ lines: [Substring], _ path: String) throws(CLIError)
    -> [Bureau_V1_BatchPayment]
  {
    guard let head = lines.first, let names = fields(head) else {
      throw fault(path, 1, "the line's quotes are not closed")
    }
    for name in names where !columns.contains(name) {
      throw fault(
        path, 1, "there is no column \"\(name)\"; known: \(columns.joined(separator: ","))")
    }
    guard Set(names).count == names.count else { throw fault(path, 1, "a column stands twice") }
    var found: [Bureau_V1_BatchPayment] = []
    for (index, line) in lines.enumerated().dropFirst() where !line.isEmpty {
      guard let values = fields(line) else {
        throw fault(path, index + 1, "the line's quotes are not closed")
      }
      guard values.count == names.count else {
        throw fault(path, index + 1, "\(values.count) values, the head has \(names.count) columns")
      }
      let row = Dictionary(uniqueKeysWithValues: zip(names, values))
      found.append(try payment(row, path, index + 1))
    }
    return found
  }

  private static func payment(_ row: [String: String], _ path: String, _ line: Int)
    throws(CLIError) -> Bureau_V1_BatchPayment
  {
    func value(_ name: String) -> String { row[name] ?? "" }
    guard let amount = Int64(value("amount_minor")) else {
      throw fault(path, line, "amount_minor must be a whole number of øre, öre or cent")
    }
    var form = Bureau_V1_AccountNumber.Form.unspecified
    if !value("account_form").isEmpty {
      guard let known = Bureau_V1_AccountNumber.Form(spoken: value("account_form")) else {
        throw fault(path, line, "account_form is none of NO_BBAN, IBAN, SE_BANKGIRO …")
      }
      form = known
    }
    var type = Bureau_V1_PaymentReference.TypeEnum.unspecified
    if !value("reference_type").isEmpty {
      guard let known = Bureau_V1_PaymentReference.TypeEnum(spoken: value("reference_type")) else {
        throw fault(path, line, "reference_type is none of KID, OCR, RF, FI, MESSAGE")
      }
      type = known
    }
    return .with {
      $0.invoiceNumber = value("invoice_number")
      $0.creditor.displayName = value("creditor_name")
      $0.creditor.organisationNumber = value("creditor_organisation_number")
      $0.creditor.countryCode = value("creditor_country")
      $0.creditorAccount.form = form
      $0.creditorAccount.text = value("account")
      $0.creditorBic = value("bic")
      $0.amount.minorUnits = amount
      $0.amount.currencyCode = value("currency")
      $0.reference.type = type
      $0.reference.text = value("reference")
      $0.dueDate = value("due_date")
    }
  }

  /// The values of one line (RFC 4180 without line breaks in values); nil where quotes are open.
  static func fields(_ line: Substring) -> [String]? {
    var fields: [String] = [], field = "", isQuoted = false
    var rest = line[...]
    while let character = rest.popFirst() {
      if isQuoted {
        if character != "\"" {
          field.append(character)
        } else if rest.first == "\"" {
          rest.removeFirst()
          field.append("\"")
        } else {
          isQuoted = false
        }
      } else if character == "\"", field.isEmpty {
        isQuoted = true
      } else if character == "," {
        fields.append(field)
        field = ""
      } else {
        field.append(character)
      }
    }
    return isQuoted ? nil : fields + [field]
  }
}
