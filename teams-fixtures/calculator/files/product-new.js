    let value = unary();
    for (let operator = take("*", "/", "%"); operator; operator = take("*", "/", "%"))
      value = multiply(operator, value, unary());
    return value;
