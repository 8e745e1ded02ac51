import Domain
import Testing

@Suite struct PaymentStateTests {
  @Test(arguments: PaymentState.allCases, PaymentEvent.allCases)
  func `follows the table and refuses the rest`(state: PaymentState, event: PaymentEvent) throws {
    if let next = PaymentState.table[state]?[event] {
      #expect(try state.after(event) == next)
    } else {
      #expect(throws: PaymentError.notAllowed(event, in: state)) { try state.after(event) }
    }
  }

  @Test func `the life of a payment is this`() throws {
    try expectGolden(
      lifeCycle(PaymentState.table, states: PaymentState.allCases, events: PaymentEvent.allCases),
      "payment-states.txt")
  }

  @Test(
    arguments: [
      ("P-08 accept", PaymentState.proposalComplete, PaymentEvent.acknowledge, .acknowledged),
      ("P-05 P-08 accept with open items", .proposalOpenItems, .acknowledge, .acknowledged),
      ("P-09 sign from the proposal", .proposalComplete, .sign, .signed),
      ("P-09 sign with open items", .proposalOpenItems, .sign, .signed),
      ("L-02 sign from the list", .acknowledged, .sign, .signed),
      ("P-12 delete a red one", .proposalIncomplete, .delete, .deleted),
      ("P-12 delete from the proposal", .proposalComplete, .delete, .deleted),
      ("L-03 delete from the list", .acknowledged, .delete, .deleted),
      ("P-13 add to bank", .deleted, .proposeComplete, .proposalComplete),
      ("D-05 transferred", .signed, .transfer, .processing),
      ("F-02 B-01 the return file pays", .processing, .pay, .paid),
      ("F-02 E-01 the return file rejects", .processing, .reject, .error),
      ("E-02 corrected", .error, .correct, .error), ("E-02 re-signed", .error, .sign, .signed),
      ("A-21 sent to sign there", .signed, .transferForBankSignature, .awaitingBankSignature),
      ("A-21 signed there", .awaitingBankSignature, .signAtBank, .processing),
      ("A-21 F-02 paid at once", .awaitingBankSignature, .pay, .paid),
      ("A-21 F-02 refused there", .awaitingBankSignature, .reject, .error),
      ("A-21 E-03 nobody signed there", .awaitingBankSignature, .lose, .inDoubt),
      ("E-03 no answer", .processing, .lose, .inDoubt),
      ("E-03 found executed", .inDoubt, .findExecuted, .paid),
      ("E-03 found not executed", .inDoubt, .findNotExecuted, .error),
      ("E-03 a late entry", .inDoubt, .pay, .paid),
      ("E-03 a late rejection", .inDoubt, .reject, .error),
      ("B-02 posted", .paid, .post, .posted),
    ] as [(String, PaymentState, PaymentEvent, PaymentState)])
  func `moves as the rules say`(
    rule: String, state: PaymentState, event: PaymentEvent, next: PaymentState
  ) throws {
    #expect(try state.after(event) == next)
  }

  @Test(
    arguments: [
      ("P-11 a red one is not signed", PaymentState.proposalIncomplete, PaymentEvent.sign),
      ("P-07 a red one is not accepted", .proposalIncomplete, .acknowledge),
      ("E-03 in doubt is not signed", .inDoubt, .sign),
      ("E-03 in doubt is not sent", .inDoubt, .transfer),
      ("E-03 in doubt is not deleted", .inDoubt, .delete),
      ("L-03 a restored one is not in the list", .deleted, .acknowledge),
      ("P-13 a restored one is not signed", .deleted, .sign),
      ("F-01 on its way it is not deleted", .processing, .delete),
      ("F-01 on its way it is not changed", .processing, .proposeComplete),
      ("D-05 only the signed is sent", .acknowledged, .transfer),
      ("A-21 only the signed is sent there", .acknowledged, .transferForBankSignature),
      ("A-21 what waits there is not deleted", .awaitingBankSignature, .delete),
      ("B-02 only the paid is posted", .processing, .post), ("B-02 posted once", .posted, .post),
    ] as [(String, PaymentState, PaymentEvent)])
  func `stays where the rules say`(rule: String, state: PaymentState, event: PaymentEvent) {
    #expect(throws: PaymentError.notAllowed(event, in: state)) { try state.after(event) }
  }

  @Test func `D-01 E-03 whatever is on its way or ended is never signed or sent again`() {
    for state in [PaymentState.awaitingBankSignature, .processing, .inDoubt, .paid, .posted] {
      for event in [PaymentEvent.sign, .transfer, .delete, .correct, .proposeComplete] {
        #expect(PaymentState.table[state]?[event] == nil)
      }
    }
  }

  @Test func `every state is reached and has its row`() {
    #expect(Set(PaymentState.table.keys) == Set(PaymentState.allCases))
    let reached = Set(PaymentState.table.values.flatMap(\.values))
    #expect(reached == Set(PaymentState.allCases))
  }
}
